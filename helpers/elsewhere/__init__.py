"""Every pattern, run once wherever the settings lead: a check of the lab from outside.

`queues`, `routing`, `once` and `flows` have the runs, `functions` the functions that they deploy,
`running` what they share. `runs` has all of them by name: ``python -m helpers.elsewhere.runs``.
"""
