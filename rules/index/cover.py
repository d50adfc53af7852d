"""Says whether one term always holds where another does."""

from rules.index.terms import Affix, Asked, Counts, Items, Span, Term, Tests, Values
from rules.values import TRUE


def covers(above: Asked, below: Asked) -> bool:
    """Say whether a clause is surely true wherever another one is."""
    return set(above.rest) <= set(below.rest) and all(
        source in below.terms and _holds_within(term, below.terms[source])
        for source, term in above.terms.items()
    )


def _holds_within(wide: Term, narrow: Term) -> bool:
    match wide, narrow:
        case Values(), Values():
            return _values(wide, narrow)
        case Span(), Span():
            return wide.both(narrow) == narrow
        case Affix(), Affix():
            return _affix(wide, narrow)
        case Items(), Items():
            return narrow.avoids >= wide.avoids and (
                wide.some is None or (narrow.some is not None and narrow.some <= wide.some)
            )
        case Counts(), Counts():
            return all(map(wide.at, narrow.counts(len(wide.table))))
        case Tests(), Tests():
            return set(wide.tests) <= set(narrow.tests)
    return False


def _values(wide: Values, narrow: Values) -> bool:
    if narrow.missing is TRUE and wide.missing is not TRUE:
        return False
    if narrow.others:
        return wide.others and wide.values <= narrow.values
    inside = narrow.values & wide.values
    return not inside if wide.others else inside == narrow.values


def _affix(wide: Affix, narrow: Affix) -> bool:
    if wide.never or not narrow.begins.startswith(wide.begins):
        return False
    # What is avoided stays avoided if the narrow one avoids it, or a beginning of it, or begins otherwise.
    return all(
        any(text.startswith(other) for other in narrow.avoids)
        or not (text.startswith(narrow.begins) or narrow.begins.startswith(text))
        for text in wide.avoids
    )
