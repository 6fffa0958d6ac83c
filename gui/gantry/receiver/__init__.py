"""The embedded server that receives parcels: practice, and `gantry-cli receive`."""
