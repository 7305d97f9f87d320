/**
 * Where a trend stands: the days of its rise and fall to scale, its height only indicated,
 * for a card says when the peak was and not how high.
 */

const [WIDE, HIGH, PAD, STEPS] = [120, 32, 4, 40];

const LINE = { fill: "none", stroke: "currentColor", "stroke-width": 2, "stroke-linecap": "round" };

/**
 * @param {number} peak share of its whole length
 * @param {number} today share of it
 * @returns {Record<string, string | number>[]} what was, what is to come, and the point of today
 */
export function sparklineOf(peak, today) {
  /** @param {number} at */
  const height = (at) => Math.exp(-4 * ((at - peak) / (at < peak ? peak : 1.05 - peak)) ** 2);
  /** @param {number} at */
  const point = (at) => ({ x: PAD + at * (WIDE - 2 * PAD), y: HIGH - PAD - height(at) * (HIGH - 2 * PAD) });
  /** @param {number} from @param {number} to */
  const line = (from, to) =>
    Array.from({ length: STEPS + 1 }, (_, i) => point(from + ((to - from) * i) / STEPS))
      .map(({ x, y }, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`)
      .join("");
  const { x: cx, y: cy } = point(today);
  return [
    { ...LINE, d: line(0, today) },
    { ...LINE, d: line(today, 1), "stroke-dasharray": "1 4", opacity: 0.7 },
    { cx, cy, r: 3.5, fill: "currentColor" },
  ];
}
