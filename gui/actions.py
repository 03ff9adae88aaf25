"""Everything the user can do from a menu or by a key, as data: an entry here is in the menu, with its shortcut."""

from typing import NamedTuple


class ActionSpec(NamedTuple):
    """One action: ``key`` names it, ``menu`` is where it stands, ``needs_study`` greys it out while nothing is open."""

    key: str
    menu: str
    text: str
    tip: str
    shortcut: str = ""
    icon: str = ""
    needs_study: bool = False
    separated: bool = False


MENUS = ("&File", "&Edit", "&View", "&Help")

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&File", "&Open workbook…", "Open a trial sheet (.xlsx, .xlsm, .csv, .tsv)", "Ctrl+O", "open"),
    ActionSpec("demo", "&File", "Open the &demo", "Open the synthetic demo cohort of five patients"),
    ActionSpec(
        "review", "&File", "&Review import…", "See and correct what was read from the workbook", "Ctrl+I", "", True
    ),
    ActionSpec(
        "export", "&File", "&Export figure…", "Save the figure as PDF, SVG, PNG or TIFF", "Ctrl+E", "export", True, True
    ),
    ActionSpec(
        "report", "&File", "Save &report…", "Write every measure to a folder: page, workbook, figures", "", "", True
    ),
    ActionSpec("quit", "&File", "&Quit", "Close Trajecta", "Ctrl+Q", separated=True),
    ActionSpec("copy", "&Edit", "&Copy answer", "Copy the answer as text", "Ctrl+Shift+C", "copy", True),
    ActionSpec("overview", "&View", "&Overview", "One row for every measure", "Ctrl+T", "overview", True),
    ActionSpec(
        "trajectories", "&View", "&Trajectories", "Every patient over time", "Ctrl+1", "trajectories", True, True
    ),
    ActionSpec("before-after", "&View", "&Before–after", "One line for each patient", "Ctrl+2", "before-after", True),
    ActionSpec(
        "medication", "&View", "&Medication", "Drugs under the activity of a patient", "Ctrl+3", "medication", True
    ),
    ActionSpec("fit", "&View", "&Fit figure", "Show the whole figure again", "Ctrl+0", "fit", True),
    ActionSpec("data", "&View", "&Data table", "Show or fold the patients × visits table", "Ctrl+D", "", True),
    ActionSpec("issues", "&View", "&Issues", "What the reader of the workbook noticed", "Ctrl+J", "", True),
    ActionSpec("light", "&View", "&Light", "Light window", separated=True),
    ActionSpec("dark", "&View", "&Dark", "Dark window"),
    ActionSpec("system", "&View", "As the &system", "Light or dark as the desktop is"),
    ActionSpec("keys", "&Help", "&Keyboard", "What the keys do", "F1"),
    ActionSpec("about", "&Help", "&About Trajecta", "Version, licence, data"),
)
