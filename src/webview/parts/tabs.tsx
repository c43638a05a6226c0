import { useRef } from "preact/hooks";

interface Props<Id extends string> {
  readonly tabs: readonly { readonly id: Id; readonly label: string; readonly disabled?: boolean }[];
  readonly selected: Id;
  readonly select: (id: Id) => void;
}

/** One of them is in the tab order; the arrow keys move between them. */
export function Tabs<Id extends string>({ tabs, selected, select }: Props<Id>) {
  const list = useRef<HTMLDivElement>(null);
  const usable = tabs.filter(({ disabled }) => !disabled);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = usable[(usable.findIndex(({ id }) => id === selected) + step + usable.length) % usable.length]!;
    select(next.id);
    list.current!.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views of the comparison" ref={list} onKeyDown={onKeyDown}>
      {tabs.map(({ id, label, disabled }) => (
        <button key={id} id={`tab-${id}`} role="tab" aria-selected={id === selected} aria-controls="panel" tabIndex={id === selected ? 0 : -1} disabled={disabled} onClick={() => select(id)}>{label}</button>
      ))}
    </div>
  );
}
