"""What a run in a reader's own account needs beside the wire.

`names` gives every resource a prefix of the run's own, `register` writes down on disk what is made
before it is made, `kinds` says which calls make something and how that is tagged, `removal` how it
is removed, and `keeping` puts them together for each call. `strangers` keeps what others made out
of reach. `roles` has what functions, state machines and schedules may do, and `actions` the IAM
actions that an operation needs. `zipped` makes the deployment package of a Python function, and
`inside` gives its code the names of the run.
"""
