/**
 * How badge, panel and nudges look; sent along with what they show, so that pages without
 * a card never read it. Pixels, not rem: a shop may set any root font size.
 */
export const cornerLook = `
:host {
  --paper: #ffffff; --ink: #1b1d22; --quiet: #5b606b; --line: #d9dce3; --wash: #f3f4f7;
  --low: #1f7a45; --mid: #96600a; --high: #b3261e; --focus: #1a5fd0; --accent: #1a5fd0; --on-accent: #ffffff;
  color-scheme: light;
}
@media (prefers-color-scheme: dark) {
  :host {
    --paper: #1e2026; --ink: #f1f2f5; --quiet: #a9afbb; --line: #3a3e48; --wash: #2a2d35;
    --low: #6fce95; --mid: #f0bb57; --high: #ff8a80; --focus: #8ab4ff; --accent: #8ab4ff; --on-accent: #10131a;
    color-scheme: dark;
  }
}
* { box-sizing: border-box; margin: 0; padding: 0; }
.corner {
  font: 400 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  letter-spacing: normal; text-align: start; color: var(--ink);
  position: relative; display: flex; flex-direction: column; align-items: flex-end; gap: 8px;
}
.low { --tone: var(--low); } .mid { --tone: var(--mid); } .high { --tone: var(--high); }
.none { --tone: var(--quiet); }
.corner[dir="rtl"] { align-items: flex-start; }
button { font: inherit; color: inherit; cursor: pointer; }
button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.badge, .panel, .nudge {
  background: var(--paper); border: 1px solid var(--line);
  box-shadow: 0 1px 2px rgb(0 0 0 / .08), 0 6px 20px rgb(0 0 0 / .14);
}
.badge {
  display: flex; align-items: center; gap: 10px; max-width: min(340px, calc(100vw - 32px));
  min-height: 44px; padding: 8px 14px 8px 12px; border-radius: 12px; text-align: start;
}
.badge:hover { background: var(--wash); }
.mark { flex: none; width: 22px; height: 22px; color: var(--tone); }
.lines { display: block; min-width: 0; }
.claim { display: block; font-weight: 600; }
.under { display: block; font-size: 12px; color: var(--quiet); }
.note {
  display: inline-block; padding: 0 6px; border: 1px dashed var(--quiet); border-radius: 4px;
  font-size: 11px; line-height: 16px; color: var(--quiet); white-space: nowrap;
}
.under .note { margin-inline-start: 6px; }
.panel {
  position: absolute; bottom: calc(100% + 8px); right: 0;
  width: min(360px, calc(100vw - 32px)); max-height: min(760px, calc(100vh - 96px));
  overflow: auto; overscroll-behavior: contain; padding: 16px; border-radius: 14px;
}
.panel[hidden] { display: none; }
.head { display: flex; align-items: flex-start; gap: 12px; }
.product { flex: 1; min-width: 0; font-size: 12px; color: var(--quiet); overflow-wrap: anywhere;
  display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; }
.close { flex: none; width: 32px; height: 32px; margin-block-start: -6px; margin-inline-end: -6px; border: 0; border-radius: 8px;
  background: none; color: var(--quiet); font-size: 20px; line-height: 1; }
.close:hover { background: var(--wash); color: var(--ink); }
h2 { margin-top: 2px; font-size: 17px; line-height: 1.3; font-weight: 650; }
h3 { margin: 14px 0 6px; font-size: 12px; font-weight: 600; color: var(--quiet); }
.range { color: var(--quiet); }
.scale { position: relative; height: 8px; margin: 12px 0 4px; border-radius: 4px; background: var(--wash); }
.scale i { position: absolute; top: 0; bottom: 0; border-radius: 4px; background: var(--tone); opacity: .35; }
.scale b { position: absolute; top: -3px; bottom: -3px; width: 4px; margin-inline-start: -2px;
  border-radius: 2px; background: var(--tone); }
.caution { margin-top: 10px; padding: 8px 10px; border-radius: 8px; background: var(--wash); font-size: 13px; }
.life { display: flex; align-items: center; gap: 12px; margin-top: 12px; font-weight: 600; }
.spark { flex: none; width: 120px; height: 32px; color: var(--tone); }
[dir="rtl"] .product { text-align: right; }
[dir="rtl"] .spark, [dir="rtl"] .mark { transform: scaleX(-1); }
ul { list-style: none; }
.reason { display: grid; grid-template-columns: 1fr auto; gap: 0 12px; padding: 6px 0; border-top: 1px solid var(--line); }
.reason:first-child { border-top: 0; padding-top: 0; }
.reason span { overflow-wrap: anywhere; min-width: 0; }
.effect { font-variant-numeric: tabular-nums; font-weight: 600; white-space: nowrap; }
.up { color: var(--high); } .down { color: var(--low); }
.source { grid-column: 1 / -1; font-size: 12px; color: var(--quiet); }
.source::first-letter { text-transform: uppercase; }
dl { margin-top: 10px; padding-top: 10px; border-top: 1px solid var(--line); display: grid;
  grid-template-columns: auto 1fr; gap: 6px 12px; font-size: 13px; }
dt { color: var(--quiet); }
dd { overflow-wrap: anywhere; }
.foot { position: sticky; bottom: -16px; margin: 12px -16px -16px; padding: 10px 16px 16px;
  background: var(--paper); border-top: 1px solid var(--line); }
.origin { font-size: 12px; color: var(--quiet); overflow-wrap: anywhere; }
.link { padding: 0; border: 0; background: none; color: inherit; text-decoration: underline; text-underline-offset: 2px; }
.nudge { position: relative; width: min(320px, calc(100vw - 32px)); padding: 14px 16px 16px; border-radius: 14px; }
.nudge .line { margin-top: 4px; overflow-wrap: anywhere; }
.nudge label { display: block; margin-top: 10px; font-size: 12px; color: var(--quiet); }
.nudge select { width: 100%; min-height: 36px; margin-top: 2px; padding: 0 8px; font: inherit; color: inherit;
  background: var(--paper); border: 1px solid var(--quiet); border-radius: 8px; }
.nudge select:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
.doors .main { color: var(--on-accent); background: var(--accent); border-color: var(--accent); font-weight: 600; }
.doors .main:hover { background: var(--accent); filter: brightness(1.1); }
.off { margin-top: 10px; font-size: 12px; color: var(--quiet); }
.doors { display: flex; gap: 8px; margin-top: 10px; }
.doors button { flex: 1; min-height: 36px; border: 1px solid var(--line); border-radius: 8px; background: none; font-size: 13px; }
.doors button:hover { background: var(--wash); }
.heard { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: no-preference) {
  .badge, .nudge { animation: come .18s ease-out; }
  .panel { animation: come .14s ease-out; }
  @keyframes come { from { opacity: 0; transform: translateY(6px); } }
}
@media (forced-colors: active) { .scale i, .scale b { forced-color-adjust: none; } }
@media print { .corner { display: none; } }
`;
