import type { ChartSeries, ChartView } from "../../protocol/experiments.ts";
import { type Scale, scaleOf, valuesOf } from "./scale.ts";

const WIDTH = 860;
const HEIGHT = 380;
const LEFT = 72;
const BOTTOM = 52;
const TOP = 14;
const RIGHT = 16;
const COLOURS = 6;
const DASHES = ["", "6 3", "2 3", "8 3 2 3"];
/** Whiskers and dots of more points than that are a smear. */
const MOST_DOTS = 250;

/** How a series is told apart: by colour, and by dashes or the shape of its points as well. */
export function lookOf(index: number): { colour: number; dash: string; shape: number } {
  return { colour: index % COLOURS, dash: DASHES[Math.floor(index / COLOURS) % DASHES.length]!, shape: index % 4 };
}

/** A chart as a picture; what it says is also in its legend and in its table. */
export function Chart({ view }: { view: ChartView }) {
  const x = scaleOf(view.x, valuesOf(view, "x"), [LEFT, WIDTH - RIGHT], 8);
  const y = scaleOf(view.y, valuesOf(view, "y"), [HEIGHT - BOTTOM, TOP], 6);
  return (
    <svg class="chart" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={view.title} xmlns="http://www.w3.org/2000/svg">
      {y.ticks.map(({ at, label }) => <g><line class="rule" x1={LEFT} x2={WIDTH - RIGHT} y1={at} y2={at} /><text class="tick" x={LEFT - 6} y={at + 4} text-anchor="end">{label}</text></g>)}
      {x.ticks.map(({ at, label }) => <text class="tick" x={at} y={HEIGHT - BOTTOM + 18} text-anchor="middle">{label}</text>)}
      <line class="axis" x1={LEFT} x2={WIDTH - RIGHT} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
      <text class="tick" x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 10} text-anchor="middle">{view.x.label}</text>
      <text class="tick" transform={`translate(14 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`} text-anchor="middle">{view.y.label}</text>
      {view.markers.map(({ x: at, label }) => <g><line class="marker" x1={x.at(at)} x2={x.at(at)} y1={TOP} y2={HEIGHT - BOTTOM} /><text class="tick" x={x.at(at) + 3} y={TOP + 8}>{label}</text></g>)}
      {view.series.map((series, index) => <Series series={series} index={index} x={x} y={y} />)}
    </svg>
  );
}

function Series({ series: { points, style, band }, index, x, y }: { series: ChartSeries; index: number; x: Scale; y: Scale }) {
  const { colour, dash, shape } = lookOf(index);
  const dotted = style === "points" || (style === "line" && !band && points.length <= MOST_DOTS);
  return (
    <g class={`series colour${colour}`}>
      {band && points.some(({ low }) => low !== undefined) && <path class="band" d={`${path(points.map((point) => [x.at(point.x), y.at(point.high ?? point.y)]))}${path([...points].reverse().map((point) => [x.at(point.x), y.at(point.low ?? point.y)])).replace("M", "L")}Z`} />}
      {style !== "points" && <path class="line" stroke-dasharray={dash} d={path(style === "steps" ? stairs(points.map((point) => [x.at(point.x), y.at(point.y)])) : points.map((point) => [x.at(point.x), y.at(point.y)]))} />}
      {dotted && !band && points.map((point) => (
        <g>
          {point.low !== undefined && point.high !== undefined && <line class="whisker" x1={x.at(point.x)} x2={x.at(point.x)} y1={y.at(point.low)} y2={y.at(point.high)} />}
          <path class={point.strong ? "dot strong" : "dot"} d={dot(x.at(point.x), y.at(point.y), point.strong ? 6 : 3.5, style === "points" ? shape : 0)}><title>{point.label}</title></path>
        </g>
      ))}
    </g>
  );
}

type Place = readonly [x: number, y: number];

function path(places: readonly Place[]): string {
  return places.map(([x, y], index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

function stairs(places: readonly Place[]): Place[] {
  return places.flatMap(([x, y], index): Place[] => (index === 0 ? [[x, y]] : [[x, places[index - 1]![1]], [x, y]]));
}

/** Circle, square, triangle, diamond. */
function dot(x: number, y: number, size: number, shape: number): string {
  if (shape === 1) return `M${x - size} ${y - size}h${2 * size}v${2 * size}h${-2 * size}Z`;
  if (shape === 2) return `M${x} ${y - size}l${size} ${2 * size}h${-2 * size}Z`;
  if (shape === 3) return `M${x} ${y - size}l${size} ${size}l${-size} ${size}l${-size} ${-size}Z`;
  return `M${x - size} ${y}a${size} ${size} 0 1 0 ${2 * size} 0a${size} ${size} 0 1 0 ${-2 * size} 0Z`;
}

/** What each line and sign stands for. */
export function Legend({ view }: { view: ChartView }) {
  return (
    <ul class="legend">
      {view.series.map(({ name, style }, index) => {
        const { colour, dash, shape } = lookOf(index);
        return (
          <li class={`colour${colour}`}>
            <svg width="26" height="12" aria-hidden="true">{style === "points" ? <path class="dot" d={dot(13, 6, 4, shape)} /> : <path class="line" stroke-dasharray={dash} d="M1 6H25" />}</svg> <span class="legendName">{name}</span>
          </li>
        );
      })}
    </ul>
  );
}
