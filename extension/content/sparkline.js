/**
 * Where a trend stands: the days of its rise and fall to scale, its height only indicated,
 * for a card says when the peak was and not how high.
 * @param {{peak: number, today: number}} curve shares of its whole length
 * @returns {SVGElement}
 */
// eslint-disable-next-line no-unused-vars -- read by panel.js
function makeSparkline({ peak, today }) {
  const [wide, high, pad, steps] = [120, 32, 4, 60];
  /** @param {number} at */
  const height = (at) => {
    const span = at < peak ? peak : 1.05 - peak;
    return Math.exp(-4 * ((at - peak) / span) ** 2);
  };
  /** @param {number} at */
  const point = (at) => ({ x: pad + at * (wide - 2 * pad), y: high - pad - height(at) * (high - 2 * pad) });
  /** @param {number} from @param {number} to */
  const path = (from, to) =>
    Array.from({ length: steps + 1 }, (_, i) => point(from + ((to - from) * i) / steps))
      .map(({ x, y }, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const { x: cx, y: cy } = point(today);
  const line = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" };
  return makeDrawing(`0 0 ${wide} ${high}`, "spark", [
    { ...line, d: path(0, today) },
    ...(today < 1 ? [{ ...line, d: path(today, 1), "stroke-dasharray": "1 4", opacity: 0.7 }] : []),
    { cx, cy, r: 3.5, fill: "currentColor" },
  ]);
}
