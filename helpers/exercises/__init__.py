"""Predictions and exercises: the reader commits first, and is checked on runs not seen before.

``predict`` takes the reader's answer before a run and scores it afterwards. ``check`` runs the
reader's function on seeds that the lesson does not use, and says in one sentence what went wrong,
without giving the answer away. Neither stops "Run all": an unanswered prediction or a wrong answer
is a sentence, not an exception. ``quiz`` asks a lesson's questions at its end. What was solved and
answered is kept beside the notebooks (`progress`).
"""

from helpers.exercises.checks import Verdict, check
from helpers.exercises.predictions import Prediction, predict
from helpers.exercises.progress import lessons, reset
from helpers.exercises.quiz import Quiz, quiz

__all__ = ["Prediction", "Quiz", "Verdict", "check", "lessons", "predict", "quiz", "reset"]
