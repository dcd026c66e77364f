"""The REST paths of the loopback GitHub: those that Ecotone asks for, and those that peers ask for in benchmarks."""
