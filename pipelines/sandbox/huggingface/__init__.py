"""The simulated Hub.

`families`, `days`, `spaces` and `talk` are its life, `truth` what is true of it, `models` and `discussions` its
answers, `server` the HTTP around them.
"""
