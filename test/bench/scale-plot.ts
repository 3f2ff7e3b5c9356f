/** A curve of the plot: a figure in milliseconds for each number of users. */
export interface Curve {
  readonly name: string;
  readonly points: readonly (readonly [users: number, milliseconds: number])[];
}

const WIDTH = 1040;
const HEIGHT = 600;
const LEFT = 70;
const TOP = 56;
const RIGHT = 640;
const BOTTOM = 540;
const LEGEND = 664;
const LINE_HEIGHT = 23;
/** Told apart in light and in dark; curves beyond them are dashed. */
const COLOURS = ['#3b7dd8', '#d9622b', '#2f9e6e', '#b5468f', '#a88a1c', '#7a5fd0', '#1f9aa8', '#c94a4a', '#7a8a2a'];

const STYLE = `
  text { font: 13px system-ui, sans-serif; fill: #1f2328; }
  .title { font-size: 17px; font-weight: 600; }
  .quiet { fill: #59636e; }
  .grid { stroke: #d1d9e0; stroke-width: 1; }
  .paper { fill: #ffffff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc; }
    .quiet { fill: #9198a1; }
    .grid { stroke: #3d444d; }
    .paper { fill: #0d1117; }
  }`;

interface Scales {
  readonly x: (users: number) => number;
  readonly y: (milliseconds: number) => number;
  readonly sizes: readonly number[];
  readonly powers: readonly number[];
}

/** An SVG image of the curves, both axes logarithmic, with a legend in the order of the curves' ends. */
export function plotOf(curves: readonly Curve[]): string {
  const drawn = curves.filter(({ points }) => points.length > 0);
  const scales = scalesOf(drawn);
  const byEnd = drawn
    .map((curve, index) => ({ curve, index }))
    .sort((a, b) => (b.curve.points.at(-1)?.[1] ?? 0) - (a.curve.points.at(-1)?.[1] ?? 0));
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-labelledby="title">`,
    `<title id="title">Time of an answer against the number of users of the tenant</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="paper" width="${WIDTH}" height="${HEIGHT}"/>`,
    `<text class="title" x="${LEFT}" y="30">Time of an answer against the number of users of the tenant</text>`,
    ...axes(scales),
    ...drawn.map((curve, index) => curveOf(curve, index, scales)),
    ...byEnd.map(({ curve, index }, place) => legendLine(curve, index, place)),
    '</svg>',
  ];
  return `${parts.join('\n')}\n`;
}

function scalesOf(curves: readonly Curve[]): Scales {
  const points = curves.flatMap((curve) => curve.points);
  const sizes = [...new Set(points.map(([users]) => users))].sort((a, b) => a - b);
  const logs = points.map(([, milliseconds]) => Math.log10(milliseconds));
  const [low, high] = [Math.floor(Math.min(0, ...logs)), Math.ceil(Math.max(1, ...logs))];
  const [first, last] = [Math.log10(sizes[0] ?? 1), Math.log10(sizes.at(-1) ?? 10)];
  const span = last > first ? last - first : 1;
  return {
    x: (users) => LEFT + 24 + ((Math.log10(users) - first) / span) * (RIGHT - LEFT - 48),
    y: (milliseconds) => BOTTOM - ((Math.log10(milliseconds) - low) / (high - low)) * (BOTTOM - TOP),
    sizes,
    powers: Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index)),
  };
}

function axes({ x, y, sizes, powers }: Scales): string[] {
  return [
    ...powers.flatMap((power) => [
      `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${place(y(power))}" y2="${place(y(power))}"/>`,
      `<text class="quiet" x="${LEFT - 8}" y="${place(y(power) + 4)}" text-anchor="end">${timeOf(power)}</text>`,
    ]),
    ...sizes.flatMap((users) => [
      `<line class="grid" x1="${place(x(users))}" x2="${place(x(users))}" y1="${TOP}" y2="${BOTTOM}"/>`,
      `<text class="quiet" x="${place(x(users))}" y="${BOTTOM + 20}" text-anchor="middle">${users.toLocaleString('en')}</text>`,
    ]),
    `<text class="quiet" x="${(LEFT + RIGHT) / 2}" y="${BOTTOM + 44}" text-anchor="middle">users of the tenant</text>`,
    `<text class="quiet" transform="translate(18 ${(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle">median time</text>`,
  ];
}

function curveOf({ name, points }: Curve, index: number, { x, y }: Scales): string {
  const places = points.map(([users, milliseconds]) => [place(x(users)), place(y(milliseconds))] as const);
  const line = places.map((each) => each.join(',')).join(' ');
  const dots = places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colourOf(index)}"/>`);
  return `<g><title>${escaped(name)}</title><polyline points="${line}" fill="none" ${strokeOf(index)}/>${dots.join('')}</g>`;
}

function legendLine({ name, points }: Curve, index: number, line: number): string {
  const y = TOP + 10 + line * LINE_HEIGHT;
  const end = points.at(-1)?.[1];
  const time = end === undefined ? '' : `, ${timeOf(end)}`;
  return (
    `<g><line x1="${LEGEND}" x2="${LEGEND + 24}" y1="${y - 4}" y2="${y - 4}" ${strokeOf(index)}/>` +
    `<text x="${LEGEND + 32}" y="${y}">${escaped(name)}<tspan class="quiet">${time}</tspan></text></g>`
  );
}

function strokeOf(index: number): string {
  const dashed = index >= COLOURS.length ? ' stroke-dasharray="6 4"' : '';
  return `stroke="${colourOf(index)}" stroke-width="2"${dashed}`;
}

function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length] ?? '#888888';
}

function timeOf(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Number((milliseconds / 1000).toPrecision(2))} s`;
  return `${Number(milliseconds.toPrecision(2))} ms`;
}

function place(value: number): string {
  return value.toFixed(1);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
