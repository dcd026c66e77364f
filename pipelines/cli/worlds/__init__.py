"""Where an installation's data comes from if not from the world outside: the simulated world, or recorded data.

`origin` remembers which in the installation's home and has it served while something runs; `days` plays its days.
"""
