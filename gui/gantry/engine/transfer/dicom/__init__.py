"""The parts shared by kinds of destination that take instances one by one."""
