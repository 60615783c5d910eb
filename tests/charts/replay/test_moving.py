"""A replay as a file that moves, and its still pictures."""

import numpy as np
from PIL import Image
from replayed import shop

from helpers.charts.replay.boxes import layout, spots
from helpers.charts.replay.film import film
from helpers.charts.replay.moving import write_gif
from helpers.charts.replay.stills import caption, moments


def test_a_gif_has_a_frame_for_each_moment_and_they_differ(tmp_path):
    path = tmp_path / "run.gif"
    write_gif(film(shop(orders=20)), path, seconds=2, rate=10)
    with Image.open(path) as moving:
        assert moving.n_frames == 20
        assert moving.info["loop"] == 0
        shots = []
        for number in (0, 10, 19):
            moving.seek(number)
            shots.append(np.asarray(moving.convert("RGB")))
    assert (shots[0] != shots[1]).any()
    assert (shots[1] != shots[2]).any()


def test_stills_show_four_to_six_moments_of_the_run_or_of_an_order():
    shown = film(shop(seed=5, orders=60, failing=0.2, lost=0.05, minutes=6))
    chosen = moments(shown)
    assert 4 <= len(chosen) <= 6
    assert chosen == sorted(chosen)
    again = next(dot for dot in shown.dots if any(v[2] == "redelivery" for v in dot.visits))
    told = moments(shown, again.order)
    assert len(told) >= 3
    assert min(told) >= again.visits[0][0]


def test_a_dot_of_a_still_stands_in_its_place_and_a_caption_counts_them():
    shown = film(shop(seed=6, orders=60, workers=1, gap=1))
    boxes, _ = layout(shown.places)
    for moment in (20, 60, 100):
        here = shown.at(moment)
        places = {dot.ident: [v[1] for v in dot.visits if v[0] <= moment] for dot in shown.dots}
        for spot in spots(shown, boxes, moment):
            x, y, wide, high = boxes[places[spot.ident][-1]]
            assert x < spot.x < x + wide
            assert y < spot.y < y + high
        [queue] = [n for n, place in enumerate(shown.places) if place.kind == "queue"]
        assert caption(shown, moment).split(": ")[1].startswith(f"{here[queue]} waiting, ")
