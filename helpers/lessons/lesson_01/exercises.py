"""The exercises of lesson 01: one reader for every envelope; an adapter for both versions."""

from helpers.lessons.exercise import Exercise
from helpers.lessons.lesson_01.every_way import one_reader
from helpers.lessons.lesson_01.two_versions import both_versions

SEEDS = (1011, 1012, 1013)
EXERCISES = {
    "1": Exercise(one_reader, SEEDS, "Five envelopes were read, and nothing was guessed."),
    "2": Exercise(both_versions, SEEDS, "Both versions were charged to the cent."),
}
