import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { columnsInView, rowsInView } from "./window.ts";

export interface GridColumn<Row> {
  readonly id: string;
  /** For a screen reader, and where there is no `head`. */
  readonly label: string;
  readonly head?: ComponentChildren;
  /** The heading over it and its neighbours. */
  readonly group?: string;
  /** Pixels. */
  readonly width: number;
  /** Stays in view. Pinned columns come first. */
  readonly pinned?: boolean;
  readonly sortable?: boolean;
  readonly cell: (row: Row) => ComponentChildren;
}

export interface GridProps<Row> {
  readonly label: string;
  readonly count: number;
  /** Pixels. */
  readonly rowHeight: number;
  readonly columns: readonly GridColumn<Row>[];
  /** `undefined`: not there yet. */
  readonly rowAt: (index: number) => Row | undefined;
  /** These rows are in view now. */
  readonly want: (from: number, to: number) => void;
  readonly onOpen?: (row: Row) => void;
  readonly onToggle?: (row: Row) => void;
  readonly isSelected?: (row: Row) => boolean;
  readonly sort?: { readonly id: string; readonly descending: boolean };
  readonly onSort?: (id: string) => void;
}

const AROUND = 6;
const HEAD = 26;

/** A table of any length: only what is in view is there. Row -1 is its head. */
export function Grid<Row>(props: GridProps<Row>) {
  const { label, count, rowHeight, columns, rowAt, want, sort } = props;
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, left: 0, width: 1200, height: 600 });
  const [active, setActive] = useState({ row: -1, column: 0 });
  const follow = useRef(false);
  const pinned = columns.filter((column) => column.pinned);
  const free = columns.filter((column) => !column.pinned);
  const pinnedWidth = pinned.reduce((sum, { width }) => sum + width, 0);
  const total = columns.reduce((sum, { width }) => sum + width, 0);
  const hasGroups = columns.some(({ group }) => group !== undefined);
  const headHeight = hasGroups ? 2 * HEAD : Math.max(HEAD, 0);
  const rows = rowsInView(view.top, view.height, rowHeight, count, AROUND);
  const across = columnsInView(view.left, view.width - pinnedWidth, free.map(({ width }) => width));

  useLayoutEffect(() => {
    const element = box.current!;
    const look = () => setView({ top: element.scrollTop, left: element.scrollLeft, width: element.clientWidth, height: element.clientHeight });
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  useEffect(() => want(rows.from, rows.to), [rows.from, rows.to, want]);
  useLayoutEffect(() => {
    if (!follow.current) return;
    follow.current = false;
    box.current!.querySelector<HTMLElement>(`[data-at="${active.row} ${active.column}"]`)?.focus({ preventScroll: true });
  });

  const move = (row: number, column: number) => {
    const next = { row: Math.max(-1, Math.min(count - 1, row)), column: Math.max(0, Math.min(columns.length - 1, column)) };
    const element = box.current!;
    const top = next.row * rowHeight;
    if (next.row >= 0 && top < element.scrollTop) element.scrollTop = top;
    if (next.row >= 0 && top + rowHeight + headHeight > element.scrollTop + element.clientHeight) element.scrollTop = top + rowHeight + headHeight - element.clientHeight;
    const place = next.column - pinned.length;
    if (place >= 0) {
      const left = free.slice(0, place).reduce((sum, { width }) => sum + width, 0);
      const room = element.clientWidth - pinnedWidth;
      if (left < element.scrollLeft) element.scrollLeft = left;
      else if (left + free[place]!.width > element.scrollLeft + room) element.scrollLeft = left + free[place]!.width - room;
    }
    follow.current = true;
    setActive(next);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.metaKey || !(event.target as HTMLElement).dataset["at"]) return;
    const page = Math.max(1, Math.floor(view.height / rowHeight) - 1);
    const { row, column } = active;
    const to: Readonly<Record<string, () => void>> = {
      ArrowUp: () => move(row - 1, column),
      ArrowDown: () => move(row + 1, column),
      ArrowLeft: () => move(row, column - 1),
      ArrowRight: () => move(row, column + 1),
      PageUp: () => move(row - page, column),
      PageDown: () => move(row + page, column),
      Home: () => move(event.ctrlKey ? 0 : row, 0),
      End: () => move(event.ctrlKey ? count - 1 : row, columns.length - 1),
      Enter: () => (row < 0 ? columns[column]?.sortable && props.onSort?.(columns[column].id) : act(props.onOpen)),
      " ": () => (row < 0 ? columns[column]?.sortable && props.onSort?.(columns[column].id) : act(props.onToggle ?? props.onOpen)),
    };
    const act = (action: ((row: Row) => void) | undefined) => {
      const found = rowAt(row);
      if (found !== undefined) action?.(found);
    };
    if (!to[event.key]) return;
    event.preventDefault();
    to[event.key]!();
  };

  const shownColumns = [...pinned.map((column, index) => ({ column, index })), ...free.slice(across.from, across.to).map((column, index) => ({ column, index: pinned.length + across.from + index }))];
  const before = free.slice(0, across.from).reduce((sum, { width }) => sum + width, 0);
  const placed = (index: number, row: number) => {
    const column = columns[index]!;
    const left = columns.slice(0, index).reduce((sum, { width }) => sum + width, 0);
    return {
      "data-at": `${row} ${index}`,
      "aria-colindex": index + 1,
      tabIndex: active.row === row && active.column === index ? 0 : -1,
      onFocus: () => (active.row !== row || active.column !== index) && setActive({ row, column: index }),
      class: column.pinned ? "pinnedCell" : "",
      style: { width: `${column.width}px`, ...(column.pinned ? { left: `${left}px` } : index === pinned.length + across.from ? { marginLeft: `${before}px` } : {}) },
    };
  };

  return (
    <div ref={box} class="grid" role="grid" aria-label={label} aria-rowcount={count + 1} aria-colcount={columns.length} onKeyDown={onKeyDown}>
      {hasGroups && <Groups columns={columns} />}
      <div class="gridHead" role="row" aria-rowindex={1} style={{ width: `${total}px`, top: hasGroups ? `${HEAD}px` : "0" }}>
        {shownColumns.map(({ column, index }) => {
          const sorted = sort?.id === column.id;
          return (
            <div key={column.id} role="columnheader" aria-label={column.label} aria-sort={sorted ? (sort.descending ? "descending" : "ascending") : column.sortable ? "none" : undefined} onClick={() => column.sortable && props.onSort?.(column.id)} {...placed(index, -1)}>
              {column.head ?? column.label}
              {sorted && <span aria-hidden="true"> {sort.descending ? "↓" : "↑"}</span>}
            </div>
          );
        })}
      </div>
      <div class="gridBody" role="rowgroup" style={{ height: `${count * rowHeight}px`, width: `${total}px` }}>
        {Array.from({ length: rows.to - rows.from }, (_, offset) => {
          const index = rows.from + offset;
          const row = rowAt(index);
          const selected = row !== undefined && props.isSelected?.(row);
          return (
            <div key={index} class={`gridRow ${selected ? "selected" : ""}`} role="row" aria-rowindex={index + 2} aria-selected={props.isSelected ? selected : undefined} style={{ transform: `translateY(${index * rowHeight}px)`, height: `${rowHeight}px`, width: `${total}px` }} onDblClick={() => row !== undefined && props.onOpen?.(row)}>
              {shownColumns.map(({ column, index: at }) => (
                <div key={column.id} role="gridcell" {...placed(at, index)}>{row === undefined ? <span class="quiet">…</span> : column.cell(row)}</div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Neighbours of one group under one heading. */
function Groups<Row>({ columns }: { columns: readonly GridColumn<Row>[] }) {
  const groups: { name: string; width: number }[] = [];
  for (const { group = "", width } of columns) {
    const last = groups.at(-1);
    if (last && last.name === group) last.width += width;
    else groups.push({ name: group, width });
  }
  return <div class="gridGroups" aria-hidden="true" style={{ width: `${groups.reduce((sum, { width }) => sum + width, 0)}px` }}>{groups.map(({ name, width }) => <div style={{ width: `${width}px` }}><span>{name}</span></div>)}</div>;
}
