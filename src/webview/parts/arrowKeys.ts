const MOVES: Readonly<Record<string, readonly [row: number, column: number]>> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Arrow keys, Home and End move the focus over the cells of the table that is inside; one cell is in the tab order. */
export function useArrowKeys(): { onKeyDown: (event: KeyboardEvent) => void } {
  return {
    onKeyDown: (event) => {
      const cell = event.target instanceof Element ? event.target.closest<HTMLElement>("th, td") : null;
      const row = cell?.parentElement;
      const table = row?.closest("table");
      if (!cell || !row || !table || event.target !== cell || event.ctrlKey || event.altKey || event.metaKey) return;
      const rows = [...table.rows].filter((candidate) => candidate.querySelector("[tabindex]"));
      const column = [...row.children].indexOf(cell);
      const move = MOVES[event.key];
      const end = event.key === "Home" ? 0 : event.key === "End" ? row.children.length - 1 : undefined;
      if (!move && end === undefined) return;
      const next = move ? rows[rows.indexOf(row as HTMLTableRowElement) + move[0]]?.children[column + move[1]] : row.children[end!];
      event.preventDefault();
      if (!(next instanceof HTMLElement)) return;
      cell.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
    },
  };
}
