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


MENUS = ("&File", "&Edit", "&View", "&Chart", "&Help")

ACTIONS: tuple[ActionSpec, ...] = (
    ActionSpec("open", "&File", "&Open workbook…", "Open a trial sheet (Excel, .ods, .csv)", "Ctrl+O", "open"),
    ActionSpec("demo", "&File", "Open the &demo", "Open the synthetic demo cohort of five patients"),
    ActionSpec(
        "review", "&File", "&Review import…", "See and correct what was read from the workbook", "Ctrl+I", "", True
    ),
    ActionSpec("reload", "&File", "Re&load workbook", "Read the file again and see what changed", "Ctrl+R", "", True),
    ActionSpec(
        "earlier", "&File", "Compare with an e&arlier cut…", "See what changed since an earlier file", "", "", True
    ),
    ActionSpec("certificate", "&File", "&Certificate…", "See every number beside its cell, read anew", "", "", True),
    ActionSpec(
        "export",
        "&File",
        "&Export figure…",
        "Save the figure as PDF, SVG, EPS, PNG, TIFF or PowerPoint",
        "Ctrl+E",
        "export",
        True,
        True,
    ),
    ActionSpec(
        "compose",
        "&File",
        "Co&mpose page…",
        "Put several charts on one page, with letters and one legend",
        "Ctrl+Shift+E",
        "",
        True,
    ),
    ActionSpec(
        "report", "&File", "Save re&port…", "Write every measure to a folder: page, workbook, figures", "", "", True
    ),
    ActionSpec("quit", "&File", "&Quit", "Close Trajecta", "Ctrl+Q", separated=True),
    ActionSpec("copy", "&Edit", "&Copy answer", "Copy the answer as text", "Ctrl+Shift+C", "copy", True),
    ActionSpec(
        "copy-figure", "&Edit", "Copy &figure", "Copy the figure as seen, as picture and SVG", "Ctrl+Shift+F", "", True
    ),
    ActionSpec("overview", "&View", "&Overview", "One row for every measure", "Ctrl+T", "overview", True),
    ActionSpec("fit", "&View", "&Fit figure", "Show the whole figure again", "Ctrl+0", "fit", True),
    ActionSpec("data", "&View", "&Data table", "Show or fold the patients × visits table", "Ctrl+D", "", True),
    ActionSpec("issues", "&View", "&Issues", "What the reader of the workbook noticed", "Ctrl+J", "", True),
    ActionSpec(
        "hide",
        "&View",
        "&Hide in the figure",
        "Hide the selected patients; they count all the same",
        "Ctrl+H",
        "",
        True,
        True,
    ),
    ActionSpec("show-all", "&View", "&Show all in the figure", "Show hidden patients again", "Ctrl+Shift+H", "", True),
    ActionSpec(
        "focus",
        "&View",
        "Fo&cus on the selected",
        "Make the other patients pale; F in the figure",
        "Ctrl+Shift+P",
        "",
        True,
    ),
    ActionSpec(
        "crosshair", "&View", "C&rosshair", "Read values off both axes; X in the figure", "Ctrl+Shift+X", "", True
    ),
    ActionSpec(
        "present", "&View", "&Presentation", "The figure alone on the whole screen; Esc leaves", "F11", "", True
    ),
    ActionSpec("light", "&View", "&Light", "Light window", separated=True),
    ActionSpec("dark", "&View", "Dar&k", "Dark window"),
    ActionSpec("system", "&View", "As the s&ystem", "Light or dark as the desktop is"),
    ActionSpec("trajectories", "&Chart", "&Trajectories", "Every patient over time", "Ctrl+1", "trajectories", True),
    ActionSpec("before-after", "&Chart", "&Before–after", "One line for each patient", "Ctrl+2", "before-after", True),
    ActionSpec(
        "medication", "&Chart", "&Medication", "Drugs under the activity of a patient", "Ctrl+3", "medication", True
    ),
    ActionSpec(
        "estimation",
        "&Chart",
        "&Estimation",
        "Pairs beside their differences, with the interval",
        "Ctrl+4",
        "estimation",
        True,
    ),
    ActionSpec("change", "&Chart", "&Change", "Before and after of each patient in a row", "Ctrl+5", "change", True),
    ActionSpec("waterfall", "&Chart", "&Waterfall", "Changes from the best to the worst", "Ctrl+6", "waterfall", True),
    ActionSpec("spider", "&Chart", "S&pider", "Change from baseline over time", "Ctrl+7", "spider", True),
    ActionSpec("heat", "&Chart", "&Heat table", "Patients × visits with their numbers", "Ctrl+8", "heat", True),
    ActionSpec("forest", "&Chart", "&Forest", "Every measure with its effect and interval", "Ctrl+9", "forest", True),
    ActionSpec("stack", "&Chart", "&Stack", "Several measures above each other", "", "stack", True),
    ActionSpec("scatter", "&Chart", "Sc&atter", "Before against after", "", "scatter", True),
    ActionSpec("distribution", "&Chart", "&Distribution", "Spread before and after", "", "distribution", True),
    ActionSpec("bland-altman", "&Chart", "B&land–Altman", "Agreement of two measurements", "", "bland-altman", True),
    ActionSpec(
        "style",
        "&Chart",
        "St&yle…",
        "Sizes, axes, patients, templates; or double-click what you see",
        "Ctrl+Shift+Y",
        "",
        True,
        True,
    ),
    ActionSpec("keys", "&Help", "&Keyboard", "What the keys do", "F1"),
    ActionSpec("about", "&Help", "&About Trajecta", "Version, licence, data"),
)
