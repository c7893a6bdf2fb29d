/// What the pictures of changed boxes, masks and texts need besides `HTMLStyle.sheet`.
///
/// Colours on pictures are those of Okabe and Ito (2008) that differ for every kind of sight, the same in light and dark since
/// the pictures are.
enum TaskStyle {
  static let sheet = """
    .gallery.large { grid-template-columns: repeat(auto-fill, minmax(min(100%, 280px), 1fr)); }
    .gallery.wide { grid-template-columns: repeat(auto-fill, minmax(min(100%, 440px), 1fr)); }
    .neighbors { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; }
    .neighbors > div { min-width: 0; overflow-wrap: anywhere; }
    .neighbors .soft { display: block; }
    .overlaid { position: relative; }
    .gallery .overlaid img { display: block; aspect-ratio: auto; max-height: 380px; }
    .overlaid svg { max-width: none; }
    .overlaid img + svg { position: absolute; inset: 0; width: 100%; height: 100%; }
    .box rect { fill: transparent; stroke-width: 2; stroke: #ffffff; }
    .box rect.under { fill: none; stroke: #000000; stroke-width: 4; stroke-opacity: .6; }
    .box.found rect { stroke-width: 1; stroke-opacity: .85; }
    .box.found rect.under { stroke-width: 2.5; stroke-opacity: .45; }
    .box.lost rect { stroke: #e69f00; stroke-dasharray: 7 5; }
    .box.lost rect.under { stroke: #000000; }
    .box.extra rect { stroke: #56b4e9; stroke-width: 2.5; }
    .box.extra rect.under { stroke: #000000; stroke-width: 4.5; }
    svg text.label { font-size: 11px; font-weight: 600; fill: #ffffff; stroke: #000000;
      stroke-width: 3; stroke-linejoin: round; paint-order: stroke; pointer-events: none; }
    svg text.label.found { font-weight: 400; opacity: .75; }
    svg text.label.lost { fill: #ffc04d; }
    svg text.label.extra { fill: #9ad5f7; }
    .frame { display: inline-block; width: 18px; height: 12px; margin-right: 7px;
      border: 2px solid var(--soft); }
    .frame.found { border-width: 1px; }
    .frame.lost { border: 2px dashed #b37c00; }
    .frame.extra { border: 3px solid #2b87bd; }
    .veil { fill: #000000; fill-opacity: .5; }
    .changed { fill: #ffc04d; shape-rendering: crispEdges; }
    .changed.level1 { fill-opacity: .4; }
    .changed.level2 { fill-opacity: .6; }
    .changed.level3 { fill-opacity: .8; }
    .change { margin: 0; }
    .change dd { white-space: pre-wrap; overflow-wrap: anywhere; }
    .change del, .change ins { padding: 0 1px; border-radius: 2px; color: var(--paper);
      text-decoration: none; }
    .change del { background: var(--weight); }
    .change ins { background: var(--activation); }
    """
}
