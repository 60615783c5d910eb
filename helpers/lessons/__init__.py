"""What the lessons run beside the patterns: a folder per lesson, with its rig and its exercises.

`exercise` says what an exercise is, `arns` has the names that several lessons need. No lesson
imports another.
"""
