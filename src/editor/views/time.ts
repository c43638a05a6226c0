/** `just now`, `2 min ago`, `6 days ago`. */
export function ago(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / 60_000));
  if (minutes < 1) return "just now";
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} ${hours === 1 ? "hour" : "hours"} ago` : `${Math.round(hours / 24)} days ago`;
}

/** `0.4 s`, `41 s`, `3 min`. */
export function duration(ms: number): string {
  const positive = Math.max(0, ms);
  if (positive < 10_000) return `${(positive / 1000).toFixed(1)} s`;
  return positive < 60_000 ? `${Math.round(positive / 1000)} s` : `${Math.round(positive / 60_000)} min`;
}
