"""How the system is brought to life: on one machine, and the command line over it."""
