"""Graphs from data: every state and arrow is there, and no label covers a box or another label."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex

from helpers import charts
from helpers.charts import layout
from helpers.charts.edges import edges_of, groups_of
from helpers.charts.style import BLUE, GREEN, VERMILLION

TASK = {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}
CATCH = {"ErrorEquals": ["States.Timeout", "Declined"], "Next": "Refund"}
ORDER = {
    "StartAt": "Charge",
    "States": {
        "Refund": TASK | {"End": True, "Catch": [CATCH]},  # back to itself
        "Charge": TASK | {"Next": "Large?", "Catch": [CATCH]},
        "Large?": {
            "Type": "Choice",
            "Choices": [
                {"And": [
                    {"Variable": "$.total", "NumericGreaterThan": 100},
                    {"Not": {"Variable": "$.vip", "BooleanEquals": True}},
                ], "Next": "Wait"},
                {"Condition": "{% $total = 0 %}", "Next": "Done"},
            ],
            "Default": "Fulfil",
        },
        "Wait": {"Type": "Wait", "Seconds": 60, "Next": "Charge"},
        "Fulfil": {
            "Type": "Parallel",
            "Branches": [
                {"StartAt": "Ship", "States": {"Ship": TASK | {"End": True}}},
                {"StartAt": "Tell", "States": {"Tell": TASK | {"End": True}}},
            ],
            "Next": "Items",
        },
        "Items": {
            "Type": "Map",
            "ItemProcessor": {"StartAt": "Count", "States": {"Count": TASK | {"End": True}}},
            "End": True,
        },
        "Done": {"Type": "Succeed"},
        "Never": {"Type": "Fail"},
    },
}  # fmt: skip


def boxes(ax):
    """What each text covers, in pixels."""
    figure = ax.get_figure(root=True)
    FigureCanvasAgg(figure).draw()
    shown = [(text.get_text(), text.get_window_extent()) for text in ax.texts if text.get_text()]
    return figure, shown


def assert_legible(ax):
    figure, shown = boxes(ax)
    whole = figure.bbox
    for text, box in shown:
        assert whole.x0 <= box.x0 < box.x1 <= whole.x1, text
        assert whole.y0 <= box.y0 < box.y1 <= whole.y1, text
    for (text, box), (other, another) in itertools.combinations(shown, 2):
        assert not box.overlaps(another), (text, other)
    assert min(text.get_fontsize() for text in ax.texts) >= 7


def test_edges_of_a_definition():
    edges = edges_of(ORDER)
    assert set(edges) == {
        ("Charge", "Large?", "", "next"),
        ("Charge", "Refund", "States.Timeout, Declined", "catch"),
        ("Refund", "Refund", "States.Timeout, Declined", "catch"),
        ("Refund", "End", "", "next"),
        ("Large?", "Wait", "$.total NumericGreaterThan 100 and not $.vip BooleanEquals True",
         "choice"),
        ("Large?", "Done", "$total = 0", "choice"),
        ("Large?", "Fulfil", "otherwise", "choice"),
        ("Wait", "Charge", "", "next"),
        ("Fulfil", "Ship", "branch 1", "branch"),
        ("Fulfil", "Tell", "branch 2", "branch"),
        ("Ship", "Items", "", "next"),
        ("Tell", "Items", "", "next"),
        ("Items", "Count", "each item", "branch"),
        ("Count", "End", "", "next"),
        ("Done", "End", "", "next"),
    }  # fmt: skip
    assert edges[0].source == "Charge"
    assert groups_of(ORDER) == {"Ship": "Fulfil", "Tell": "Fulfil", "Count": "Items"}


def test_a_workflow_is_drawn_from_its_definition():
    ax = charts.graph(ORDER, title="One order")
    assert_legible(ax)
    texts = {text.get_text().replace("\n", " "): text for text in ax.texts}
    assert ORDER["States"].keys() - texts.keys() == {"Never"}  # nothing leads there
    assert texts["States.Timeout, Declined"].get_color() == VERMILLION
    heights = {text: drawn.get_position()[1] for text, drawn in texts.items()}
    assert min(heights, key=heights.get) == "Charge"
    assert heights["Charge"] < heights["Large?"] < heights["Fulfil"] < heights["Ship"]
    assert ax.get_legend_handles_labels()[1] == ["Fulfil", "Items", "all else"]


def test_weights_say_how_often_and_what_never():
    pairs = [("shop", "bus"), ("bus", "mail"), ("bus", "stock")]
    ax = charts.graph(
        pairs, weights={("shop", "bus"): 1200, ("bus", "mail"): 3}, groups={"mail": "listeners"}
    )
    assert_legible(ax)
    assert {"1,200", "3"} <= {text.get_text() for text in ax.texts}
    curves = [patch for patch in ax.patches if not patch.get_fill()]
    widths = [curve.get_linewidth() for curve in curves]
    assert widths[0] > widths[1] > widths[2]
    assert [curve.get_linestyle() for curve in curves] == ["-", "-", ":"]
    frames = {to_hex(p.get_edgecolor()).upper() for p in ax.patches if p.get_linewidth() == 1.6}
    assert frames == {GREEN, BLUE}


def test_a_bus_with_eight_rules_fits():
    pairs = [("orders", f"Subscriber{n}", "OrderPlaced") for n in range(8)]
    assert_legible(charts.graph([("shop", "orders"), *pairs, ("Subscriber3", "orders", "Sent")]))


def test_axes_can_be_given():
    ax = charts.panels()[0]
    assert charts.graph([("a", "b")], ax=ax) is ax


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        ([], {}, "at least one edge"),
        ([("a", "b")], {"weights": {("b", "a"): 1}}, "no edges"),
        ([("a", "b")], {"groups": {str(n): n for n in range(5)}}, "no more than 4"),
    ],
)
def test_what_cannot_be_drawn_is_refused(data, options, message):
    with pytest.raises(ValueError, match=message):
        charts.graph(data, **options)


names = st.sampled_from("abcdefgh")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, names), min_size=1, max_size=12))
def test_nothing_in_a_layer_overlaps_whatever_the_edges(pairs):
    layer, ways = layout.chains(pairs)
    width = {place: 0.02 if isinstance(place, tuple) else 1.0 for place in layer}
    x = layout.spread(layer, ways, width, 0.1)
    for row in set(layer.values()):
        here = sorted((place for place in layer if layer[place] == row), key=x.get)
        for left, right in itertools.pairwise(here):
            assert x[right] - x[left] >= (width[left] + width[right]) / 2 + 0.1 - 1e-9
    for (source, target), way in zip(pairs, ways, strict=True):
        assert (way[0], way[-1]) == (source, target)
        steps = [layer[b] - layer[a] for a, b in itertools.pairwise(way)]
        assert set(steps) in ({1}, {-1}) or source == target
