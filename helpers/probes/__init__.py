"""Small programs of AWS calls, each about one thing that an emulator may do differently from AWS.

Each takes a lab and says in a few words what came of it. `helpers.differences` runs them, all in
one lab, so each has names of its own. The function "work" is there already, and answers "done".
One file per service.
"""
