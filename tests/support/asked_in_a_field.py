"""The field in which a reader answers a question."""


def field_of(prediction):
    [_, field, said] = prediction.widget().children
    return field, said
