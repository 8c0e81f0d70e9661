//! How the picture's elements look, with properties that old renderers know and fonts that every system has.

/// The style sheet: first for light pages, then the differences on dark ones.
pub(super) const STYLE: &str = "
text { font-family: system-ui, -apple-system, 'Segoe UI', 'Noto Sans', 'DejaVu Sans', sans-serif; font-size: 13px; fill: #1f2328 }
.page { fill: #ffffff }
.title { font-size: 16px; font-weight: 600 }
.small { font-size: 12px; fill: #59636e }
.number { font-family: ui-monospace, 'SFMono-Regular', 'DejaVu Sans Mono', Consolas, monospace; font-size: 12px; fill: #59636e }
.end { text-anchor: end }
.middle, .name, .words, .sign, .why { text-anchor: middle }
.name { font-weight: 600 }
.box { fill: #f6f8fa; stroke: #8c959f }
.box.recorded { fill: #ddf4ff; stroke: #0969da; stroke-width: 1.6 }
.life { stroke: #afb8c1; stroke-width: 1.2 }
.life.recorded { stroke: #0969da; stroke-width: 1.8 }
.words { font-family: ui-monospace, 'SFMono-Regular', 'DejaVu Sans Mono', Consolas, monospace; font-size: 12px; paint-order: stroke; stroke: #ffffff; stroke-width: 4px; stroke-linejoin: round }
.action { font-weight: 700 }
.answer .action { font-weight: 400; fill: #59636e }
.line { fill: none; stroke-width: 1.6 }
.out .line { stroke: #0550ae } .out .head { fill: #0550ae }
.in .line { stroke: #116329 } .in .head { fill: #116329 }
.answer .line { stroke: #8c959f; stroke-width: 1.2; stroke-dasharray: 5 4 } .answer .head { fill: #8c959f }
.ghost .line { stroke: #8c959f; stroke-width: 1.2; stroke-dasharray: 2 5 } .ghost .head { fill: none; stroke: #8c959f } .ghost .words tspan { fill: #59636e; font-style: italic }
.again .words tspan { font-style: italic }
.tie .line { stroke: #8c959f; stroke-width: 1 }
.wait .line { stroke: #8c959f } .wait .why { fill: #59636e; font-style: italic }
.event .line { stroke: #8c959f; stroke-dasharray: 2 5 } .event .why { fill: #59636e }
.gap .line { stroke: #bc4c00 } .gap .why { fill: #bc4c00; font-weight: 600 }
.mark .said, .media .said { font-size: 12px }
.media .line { stroke: #8250df; stroke-width: 1; stroke-dasharray: 1 6 } .media .said { fill: #8250df }
.mark .sign { font-weight: 700; font-size: 12px; fill: #ffffff }
.open circle { fill: #8250df } .broken circle { fill: #cf222e } .new circle { fill: #9a6700 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.page { fill: #0d1117 }
.words { stroke: #0d1117 }
.small, .number, .answer .action, .ghost .words tspan, .wait .why, .event .why { fill: #9198a1 }
.box { fill: #161b22; stroke: #6e7681 }
.box.recorded { fill: #0c2d6b; stroke: #58a6ff }
.life { stroke: #484f58 } .life.recorded { stroke: #58a6ff }
.out .line { stroke: #58a6ff } .out .head { fill: #58a6ff }
.in .line { stroke: #3fb950 } .in .head { fill: #3fb950 }
.answer .line, .ghost .line, .tie .line, .wait .line { stroke: #6e7681 } .answer .head { fill: #6e7681 }
.media .said { fill: #a371f7 }
.gap .line { stroke: #f0883e } .gap .why { fill: #f0883e }
.open circle { fill: #8957e5 } .broken circle { fill: #da3633 } .new circle { fill: #9e6a03 }
}
";
