"""A figure as a slide: one page of PowerPoint with the figure as SVG at its true size, and a PNG where SVG is unknown.

Invariants: a package of Office Open XML (ECMA-376) written part by part; one millimetre of the figure is one on the
slide, which is 16:9 and grows only where the figure is larger; the picture carries the figure's words as alternative
text; the same figure gives the same bytes.
"""

from html import escape
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from trajecta.io.bitmap import png_bytes
from trajecta.io.control_characters import without_control
from trajecta.io.svg import svg_bytes
from trajecta.stats.figure import Figure

EMU_PER_MM = 36_000
SLIDE = (12_192_000, 6_858_000)  # 13.33 × 7.5 inches, what PowerPoint makes since 2013
EDGE = 360_000  # empty border around a figure that is larger than the slide
FALLBACK_DPI = 300
DAWN = (1980, 1, 1, 0, 0, 0)  # the earliest time a zip knows: the same figure gives the same file

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "application/vnd.openxmlformats-officedocument.presentationml"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
SPACES = (
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    f'xmlns:r="{OFFICE}" xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
)
EMPTY_TREE = (
    '<p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/></p:nvGrpSpPr><p:grpSpPr><a:xfrm>'
    '<a:off x="0" y="0"/><a:ext cx="0" cy="0"/><a:chOff x="0" y="0"/><a:chExt cx="0" cy="0"/></a:xfrm></p:grpSpPr>'
)
COLOURS = {
    "dk1": "1B1F24", "lt1": "FFFFFF", "dk2": "5B6570", "lt2": "F5F6F7", "accent1": "0072B2", "accent2": "D55E00",
    "accent3": "009E73", "accent4": "AA4499", "accent5": "B38600", "accent6": "332288", "hlink": "0B6E75",
    "folHlink": "5B6570",
}  # fmt: skip
TYPES = {
    "ppt/presentation.xml": f"{MAIN}.presentation.main+xml",
    "ppt/slideMasters/slideMaster1.xml": f"{MAIN}.slideMaster+xml",
    "ppt/slideLayouts/slideLayout1.xml": f"{MAIN}.slideLayout+xml",
    "ppt/slides/slide1.xml": f"{MAIN}.slide+xml",
    "ppt/theme/theme1.xml": "application/vnd.openxmlformats-officedocument.theme+xml",
    "docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
}


def pptx_bytes(figure: Figure, dpi: int) -> bytes:
    """The figure as a presentation of one slide; ``dpi`` is not used, the picture is SVG and its stand-in has 300."""
    parts: dict[str, bytes] = {
        "[Content_Types].xml": _content_types().encode(),
        "_rels/.rels": _relations(
            ("officeDocument", "ppt/presentation.xml"),
            ("metadata/core-properties", "docProps/core.xml"),
        ).encode(),
        "docProps/core.xml": _core(figure).encode(),
        "ppt/presentation.xml": _presentation(figure).encode(),
        "ppt/_rels/presentation.xml.rels": _relations(
            ("slideMaster", "slideMasters/slideMaster1.xml"),
            ("slide", "slides/slide1.xml"),
            ("theme", "theme/theme1.xml"),
        ).encode(),
        "ppt/theme/theme1.xml": _theme().encode(),
        "ppt/slideMasters/slideMaster1.xml": _master().encode(),
        "ppt/slideMasters/_rels/slideMaster1.xml.rels": _relations(
            ("slideLayout", "../slideLayouts/slideLayout1.xml"), ("theme", "../theme/theme1.xml")
        ).encode(),
        "ppt/slideLayouts/slideLayout1.xml": _layout().encode(),
        "ppt/slideLayouts/_rels/slideLayout1.xml.rels": _relations(
            ("slideMaster", "../slideMasters/slideMaster1.xml")
        ).encode(),
        "ppt/slides/slide1.xml": _slide(figure).encode(),
        "ppt/slides/_rels/slide1.xml.rels": _relations(
            ("slideLayout", "../slideLayouts/slideLayout1.xml"),
            ("image", "../media/figure.png"),
            ("image", "../media/figure.svg"),
        ).encode(),
        "ppt/media/figure.png": png_bytes(figure, FALLBACK_DPI),
        "ppt/media/figure.svg": svg_bytes(figure, dpi),
    }
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            info = ZipInfo(name, DAWN)
            info.compress_type = ZIP_DEFLATED
            package.writestr(info, content)
    return buffer.getvalue()


def slide_size(figure: Figure) -> tuple[int, int]:
    """Width and height of the slide in EMU: 16:9 where the figure fits, else as large as the figure needs."""
    size = [round(mm * EMU_PER_MM) for mm in (figure.width_mm, figure.height_mm)]
    width, height = (max(usual, length + 2 * EDGE) for usual, length in zip(SLIDE, size, strict=True))
    return width, height


def _said(text: str) -> str:
    """A text for an XML element or attribute."""
    return escape(without_control(text))


def _content_types() -> str:
    defaults = {"rels": "application/vnd.openxmlformats-package.relationships+xml", "xml": "application/xml"}
    defaults |= {"png": "image/png", "svg": "image/svg+xml"}
    said = "".join(f'<Default Extension="{name}" ContentType="{kind}"/>' for name, kind in defaults.items())
    said += "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in TYPES.items())
    return f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{said}</Types>'


def _relations(*targets: tuple[str, str]) -> str:
    """The relationships of a part, numbered rId1, rId2, … in this order."""
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    said = "".join(
        f'<Relationship Id="rId{i}" Type="{package if "/" in kind else OFFICE}/{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(targets, 1)
    )
    return f'{HEAD}<Relationships xmlns="{package}">{said}</Relationships>'


def _core(figure: Figure) -> str:
    return (
        f'{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{_said(figure.title or 'Figure')}</dc:title><dc:creator>Trajecta</dc:creator></cp:coreProperties>"
    )


def _presentation(figure: Figure) -> str:
    width, height = slide_size(figure)
    return (
        f'{HEAD}<p:presentation {SPACES}><p:sldMasterIdLst><p:sldMasterId id="2147483648" r:id="rId1"/>'
        '</p:sldMasterIdLst><p:sldIdLst><p:sldId id="256" r:id="rId2"/></p:sldIdLst>'
        f'<p:sldSz cx="{width}" cy="{height}"/><p:notesSz cx="6858000" cy="9144000"/></p:presentation>'
    )


def _master() -> str:
    names = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
    names |= {name: name for name in COLOURS if name[0] in "ahf"}
    mapped = " ".join(f'{name}="{colour}"' for name, colour in names.items())
    return (
        f'{HEAD}<p:sldMaster {SPACES}><p:cSld><p:bg><p:bgPr><a:solidFill><a:srgbClr val="FFFFFF"/></a:solidFill>'
        f"<a:effectLst/></p:bgPr></p:bg><p:spTree>{EMPTY_TREE}</p:spTree></p:cSld><p:clrMap {mapped}/>"
        '<p:sldLayoutIdLst><p:sldLayoutId id="2147483649" r:id="rId1"/></p:sldLayoutIdLst>'
        "<p:txStyles><p:titleStyle/><p:bodyStyle/><p:otherStyle/></p:txStyles></p:sldMaster>"
    )


def _layout() -> str:
    return (
        f'{HEAD}<p:sldLayout {SPACES} type="blank" preserve="1"><p:cSld name="Blank"><p:spTree>{EMPTY_TREE}</p:spTree>'
        "</p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sldLayout>"
    )


def _slide(figure: Figure) -> str:
    slide, size = slide_size(figure), [round(mm * EMU_PER_MM) for mm in (figure.width_mm, figure.height_mm)]
    left, top = ((room - length) // 2 for room, length in zip(slide, size, strict=True))
    vector = (
        '<a:extLst><a:ext uri="{96DAC541-7B7A-43D3-8B79-37D633B846F1}"><asvg:svgBlip '
        'xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="rId3"/></a:ext></a:extLst>'
    )
    return (
        f"{HEAD}<p:sld {SPACES}><p:cSld><p:spTree>{EMPTY_TREE}<p:pic><p:nvPicPr>"
        f'<p:cNvPr id="2" name="Figure" descr="{_said(figure.alt)}" title="{_said(figure.title)}"/>'
        '<p:cNvPicPr><a:picLocks noChangeAspect="1"/></p:cNvPicPr><p:nvPr/></p:nvPicPr>'
        f'<p:blipFill><a:blip r:embed="rId2">{vector}</a:blip><a:stretch><a:fillRect/></a:stretch></p:blipFill>'
        f'<p:spPr><a:xfrm><a:off x="{left}" y="{top}"/><a:ext cx="{size[0]}" cy="{size[1]}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></p:spPr></p:pic></p:spTree></p:cSld>'
        "<p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr></p:sld>"
    )


def _theme() -> str:
    """A theme as PowerPoint insists on it: twelve colours, two fonts, three of each fill, line and effect."""
    colours = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in COLOURS.items())
    face = '<a:latin typeface="Arial"/><a:ea typeface=""/><a:cs typeface=""/>'
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>' * 3
    line = '<a:ln w="9525"><a:solidFill><a:schemeClr val="phClr"/></a:solidFill></a:ln>' * 3
    effect = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3
    return (
        f'{HEAD}<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="Trajecta">'
        f'<a:themeElements><a:clrScheme name="Trajecta">{colours}</a:clrScheme><a:fontScheme name="Trajecta">'
        f"<a:majorFont>{face}</a:majorFont><a:minorFont>{face}</a:minorFont></a:fontScheme>"
        f'<a:fmtScheme name="Trajecta"><a:fillStyleLst>{fill}</a:fillStyleLst><a:lnStyleLst>{line}</a:lnStyleLst>'
        f"<a:effectStyleLst>{effect}</a:effectStyleLst><a:bgFillStyleLst>{fill}</a:bgFillStyleLst></a:fmtScheme>"
        "</a:themeElements></a:theme>"
    )
