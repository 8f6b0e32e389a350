"""Runbooks: each failure class as a page, and the list of them: `docs/runbooks` is written here,
and `interlock runbook` prints the same."""

from collections.abc import Callable
from typing import Final

from interlock.messages.reasons import reason_name
from interlock.monitoring.failure_classes import CLASSES, FailureClass

ORDER_OF_WORK: Final = (
    "Contain the smallest scope that surely contains it; block new risk there.",
    "Take back what works, unthrottled, and note which of it is unknown.",
    "Keep the evidence: the journal is one; note what was seen elsewhere.",
    "Establish what is true: our books, the venue's, the drop copy; unknown is the worst case.",
    "Decide about exposure: a person, and a second one; hold, hedge or flatten.",
    "Notify the venue, the clearer and the supervisor in their time.",
    "Change something only after that, to a state that was verified whole.",
    "Somebody else re-arms, under tighter limits.",
    "Write down what was learnt, with owners and dates, and a new drill.",
)


def runbook_page(found: FailureClass) -> str:
    """One runbook as a page of Markdown."""
    reasons = ", ".join(f"`{reason_name(code)}`" for code in found.reasons) or "none of its own"
    lines = [f"# {found.name}", "", f"{found.what[:1].upper()}{found.what[1:]}.", ""]
    lines += [f"**Detected by** {found.detector}.", ""]
    lines += [f"**In the journal** {reasons}.", ""]
    lines += [f"**Done by itself** {found.automatic}.", ""]
    lines += ["**First**", ""]
    lines += [f"{number}. {move}" for number, move in enumerate(found.moves, 1)]
    lines += ["", f"**Never** {found.never}.", ""]
    lines += ["**Order of work**", ""]
    lines += [f"{number}. {step}" for number, step in enumerate(ORDER_OF_WORK, 1)]
    lines += ["", f"Drilled by `{found.drill}`."]
    return "\n".join(lines) + "\n"


def runbooks_page(notice: str) -> str:
    """The list of failure classes, as Markdown."""
    lines = [
        *(notice, "", "# Runbooks", ""),
        "How a venue, or our sight of one, can fail. `interlock runbook CLASS` prints a page;",
        "`interlock venues SESSION` names those that a session has met.",
        "",
        *("| class | what | done by itself |", "| --- | --- | --- |"),
    ]
    lines += [
        f"| [{found.name}]({page_name(found)}) | {found.what} | {found.automatic} |"
        for found in CLASSES
    ]
    return "\n".join(lines) + "\n"


def page_name(found: FailureClass) -> str:
    """The file of a class's runbook."""
    return f"{found.name.lower().replace('_', '-')}.md"


def runbook_pages(notice: str) -> dict[str, Callable[[], str]]:
    """The pages of `docs/runbooks` by their path in `docs`, each made when it is called."""
    pages: dict[str, Callable[[], str]] = {"runbooks/README.md": lambda: runbooks_page(notice)}
    for found in CLASSES:
        pages[f"runbooks/{page_name(found)}"] = _page_of(found, notice)
    return pages


def _page_of(found: FailureClass, notice: str) -> Callable[[], str]:
    return lambda: f"{notice}\n\n{runbook_page(found)}"
