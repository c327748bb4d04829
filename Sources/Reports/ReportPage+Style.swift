extension ReportPage {
    /// Colours by Okabe and Ito, darkened on white and lightened on black; nothing is told by colour alone.
    package static let style = """

        :root { color-scheme: light dark; --page: #f6f7f9; --card: #ffffff; --ink: #191d23; --soft: #59636f;
          --rule: #e1e5ea; --s0: #0072b2; --s1: #d55e00; --s2: #008060; --s3: #a63d8f; --s4: #957000; --s5: #566573; }
        @media (prefers-color-scheme: dark) {
          :root { --page: #0f1318; --card: #171c23; --ink: #e8ecf1; --soft: #9aa6b3; --rule: #2a323c;
            --s0: #5bb8ec; --s1: #ff9057; --s2: #3ccfa3; --s3: #e790cf; --s4: #e3ba45; --s5: #aab6c3; } }
        * { box-sizing: border-box; }
        body { margin: 0 auto; max-width: 1080px; padding: 28px 20px 40px; background: var(--page); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
        h1 { font-size: 27px; line-height: 1.2; margin: 0; letter-spacing: -.01em; }
        h2 { font-size: 17px; margin: 0 0 2px; }
        .lead { margin: 4px 0 20px; color: var(--soft); font-size: 16px; }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 16px 18px 14px;
          margin: 0 0 16px; }
        section > p { margin: 0 0 10px; color: var(--soft); }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 10px; margin: 0 0 16px; }
        .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 11px 12px; display: flex;
          flex-direction: column-reverse; justify-content: flex-end; }
        .tile dd { margin: 0; display: contents; }
        .tile b { order: 3; font-size: 21px; line-height: 1.2; font-weight: 650; white-space: nowrap; font-variant-numeric: tabular-nums; }
        .tile dt { order: 2; font-size: 13.5px; }
        .tile span { order: 1; color: var(--soft); font-size: 12.5px; line-height: 1.35; margin-top: 3px; }
        .legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 6px; padding: 0; font-size: 13px; }
        .legend li { display: flex; align-items: center; gap: 7px; }
        .legend:empty { display: none; }
        .key { width: 22px; height: 10px; flex: none; }
        .scroll { overflow-x: auto; }
        .scroll > svg { display: block; width: 100%; min-width: 620px; height: auto; }
        svg path { fill: none; }
        .line { stroke: var(--soft); stroke-width: 1.9; stroke-linejoin: round; }
        .guest { stroke-width: 1.5; stroke-dasharray: 1.5 3; stroke-linecap: round; }
        .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); }
        .s3 { stroke: var(--s3); } .s4 { stroke: var(--s4); } .s5 { stroke: var(--s5); }
        svg .band { stroke: none; opacity: .22; } svg .band.s0 { fill: var(--s0); } svg .band.s1 { fill: var(--s1); }
        .axis { stroke: var(--soft); stroke-width: 1; } .grid { stroke: var(--rule); stroke-width: 1; }
        .level { stroke: var(--ink); stroke-width: 1.1; stroke-dasharray: 6 4; opacity: .7; }
        .mark { stroke: var(--ink); stroke-width: 1; opacity: .38; }
        svg text { font: 12px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; fill: var(--soft); }
        svg .note { fill: var(--ink); font-size: 11.5px; }
        .state-serving { fill: var(--s2); } .state-coming { fill: var(--s4); } .state-standby { fill: var(--s0); }
        .state-leaving { fill: var(--s3); } .state-failing { fill: var(--s1); }
        table { border-collapse: collapse; width: 100%; font-size: 13.5px; font-variant-numeric: tabular-nums; }
        th { text-align: left; font-weight: 600; color: var(--soft); border-bottom: 1px solid var(--rule); white-space: nowrap; }
        th, td { padding: 6px 14px 6px 0; vertical-align: top; }
        td { border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; }
        td:first-child, td:nth-child(2) { white-space: nowrap; overflow-wrap: normal; }
        tr:last-child td { border-bottom: 0; }
        .number { text-align: right; white-space: nowrap; }
        footer { color: var(--soft); font-size: 12.5px; margin-top: 18px; }
        @media print { body { background: none; } section, .tile { break-inside: avoid; } }

        """
}
