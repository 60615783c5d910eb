"""What the lessons run beside the patterns: a folder per lesson, with its rig and its exercises.

`exercise` says what an exercise is, `arns` has the names that several lessons need, and `leftovers`
reads what is in a queue when a run is over. No lesson imports another.
"""
