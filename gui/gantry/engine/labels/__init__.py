"""Labels: what the user says about patients, studies and jobs, and the names made from that."""
