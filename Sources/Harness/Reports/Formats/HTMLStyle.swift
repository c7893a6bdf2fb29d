/// The style sheet of the HTML report.
enum HTMLStyle {
  static let sheet = """
    :root { color-scheme: light dark; --ink: #1c2024; --soft: #5c6670; --line: #d8dde2;
      --paper: #ffffff; --card: #f5f7f9; --original: #5c6670; --weight: #b45309;
      --activation: #1d63c4; --given: #7a3fa0; --pass: #14733a; --fail: #b42318; --inconclusive: #8a5a00; }
    @media (prefers-color-scheme: dark) { :root { --ink: #e8ebee; --soft: #a3adb7;
      --line: #39424b; --paper: #14181c; --card: #1d2328; --original: #a3adb7;
      --weight: #f0a04b; --activation: #6ea8fe; --given: #c79bf0; --pass: #57c785; --fail: #ff8a7a;
      --inconclusive: #f2c14e; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif; }
    main { max-width: 1280px; margin: 0 auto; padding: 16px; }
    h1 { font-size: 1.4rem; line-height: 1.25; margin: 8px 0 16px; overflow-wrap: anywhere; }
    h2 { font-size: 1.1rem; margin: 28px 0 8px; }
    li, dd { overflow-wrap: anywhere; }
    .advice { margin: 0 0 12px; padding: 14px 16px; background: var(--card); font-size: 1.1rem;
      font-weight: 600; border-left: 6px solid var(--soft); border-radius: 4px;
      overflow-wrap: anywhere; }
    .advice.pass { border-color: var(--pass); }
    .advice.fail { border-color: var(--fail); }
    .advice.inconclusive { border-color: var(--inconclusive); }
    .advice code { font-size: .85em; font-weight: 400; }
    .verdict { margin: 0 0 12px; padding: 12px 16px; background: var(--card);
      border-left: 6px solid var(--soft); border-radius: 4px; overflow-wrap: anywhere; }
    .verdict.pass { border-color: var(--pass); }
    .verdict.fail { border-color: var(--fail); }
    .verdict.inconclusive { border-color: var(--inconclusive); }
    .pass strong, td.pass { color: var(--pass); }
    .fail strong, td.fail { color: var(--fail); }
    .inconclusive strong, td.inconclusive { color: var(--inconclusive); }
    .facts, .legend, .keys { color: var(--soft); font-size: .9rem; overflow-wrap: anywhere; }
    .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 4px; }
    table { border-collapse: collapse; font-size: .8125rem; width: 100%; }
    caption { text-align: left; padding: 8px; font-weight: 600; }
    th, td { padding: 6px 7px; text-align: left; white-space: nowrap;
      border-top: 1px solid var(--line); }
    thead th { color: var(--soft); font-weight: 600; white-space: normal;
      vertical-align: bottom; }
    th:first-child { position: sticky; left: 0; background: var(--paper); }
    tbody th { font-weight: 500; min-width: 8.5rem; white-space: normal;
      overflow-wrap: anywhere; }
    .number { text-align: right; font-variant-numeric: tabular-nums; }
    tr.group th { background: var(--card); font-weight: 600; }
    td.pass, td.fail, td.inconclusive { font-weight: 700; }
    .key { white-space: nowrap; margin-right: 14px; }
    .dot { display: inline-block; width: 10px; height: 10px; margin-right: 7px; }
    .dot.original { background: var(--original); border-radius: 50%; }
    .dot.weight-based { background: var(--weight); }
    .dot.activation-based { background: var(--activation); transform: rotate(45deg); }
    .dot.given { background: var(--given); clip-path: polygon(50% 0, 100% 100%, 0 100%); }
    .charts { display: grid; gap: 16px; align-items: start;
      grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
    figure { margin: 0; padding: 12px; background: var(--card); border-radius: 4px; }
    figcaption { font-weight: 600; margin-bottom: 8px; }
    svg { display: block; width: 100%; max-width: 500px; height: auto; }
    svg text { font-size: 14px; fill: var(--ink); }
    svg .tick { fill: var(--soft); font-size: 13px; }
    svg .grid { stroke: var(--line); stroke-width: 1; }
    svg .reference { stroke: var(--original); stroke-width: 1.5; stroke-dasharray: 5 4; }
    svg .margin { stroke: var(--fail); stroke-width: 1.5; }
    svg .interval { stroke-width: 2.5; }
    svg .interval.original { stroke: var(--original); }
    svg .interval.weight-based { stroke: var(--weight); }
    svg .interval.activation-based { stroke: var(--activation); }
    svg .interval.given { stroke: var(--given); }
    svg path.interval { fill: none; stroke-linejoin: round; stroke-linecap: round; }
    svg .dash1 { stroke-dasharray: 8 5; }
    svg .dash2 { stroke-dasharray: 3 5; }
    svg .dash3 { stroke-dasharray: 10 4 3 4; }
    svg .dash4 { stroke-dasharray: 14 5; }
    svg .dash5 { stroke-dasharray: 2 7; }
    svg .bars { fill: var(--soft); }
    svg .mark { stroke: var(--card); stroke-width: 1; }
    svg .mark.original { fill: var(--original); }
    svg .mark.weight-based { fill: var(--weight); }
    svg .mark.activation-based { fill: var(--activation); }
    svg .mark.given { fill: var(--given); }
    .gallery { list-style: none; padding: 0; display: grid; gap: 12px;
      grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); }
    .gallery li { background: var(--card); border-radius: 4px; padding: 8px; font-size: .8125rem;
      display: flex; flex-direction: column; gap: 2px; }
    .gallery img { width: 100%; aspect-ratio: 1; object-fit: contain; }
    .gallery .path, .soft { color: var(--soft); overflow-wrap: anywhere; }
    @page { size: A4; margin: 12mm; }
    @media print { body { background: none; font-size: 11px; } main { max-width: none; padding: 0; }
      .charts { grid-template-columns: 1fr 1fr; } svg { max-height: 220mm; }
      .scroll { overflow: visible; border: none; }
      table { font-size: 9px; } th, td { white-space: normal; padding: 3px 4px; }
      tbody th { min-width: 0; } th:first-child { position: static; }
      details::details-content { content-visibility: visible; height: auto; }
      h2, h3, caption, thead, summary, .group, figcaption { break-after: avoid; }
      figure, li, tr { break-inside: avoid; } }
    details { margin-top: 24px; }
    details .scroll, details details { margin: 12px 0 0; }
    .charts + .scroll { margin-top: 16px; }
    .charts + details, details + details { margin-top: 12px; }
    summary { cursor: pointer; font-weight: 600; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px;
      font-size: .9rem; }
    dt { color: var(--soft); }
    dd { margin: 0; }
    """
}
