/** Counts over time for the timeline. Pure. */

const PRESENT = 1;
const DOUBTFUL = 16; // the time of a clock that was never set: no place on an axis of time

/**
 * @param {Int32Array} time Unix minutes @param {Uint8Array} flags @param {number} slots
 * @returns {[number, number] | null} first and last, without the wildest half percent
 */
export function timeSpan(time, flags, slots) {
  const step = Math.max(1, Math.floor(slots / 50_000));
  const sample = [];
  for (let s = 0; s < slots; s += step) if (datedAt(flags[s])) sample.push(time[s]);
  if (!sample.length) return null;
  sample.sort((a, b) => a - b);
  const cut = sample.length >= 400 ? Math.floor(sample.length * 0.0025) : 0;
  const low = sample[cut];
  const high = sample[sample.length - 1 - cut];
  return high > low ? [low, high] : [low - 720, low + 720];
}

/**
 * @param {Int32Array} time @param {Uint8Array} flags @param {number} slots @param {[number, number]} span @param {number} bins
 * @returns {Uint32Array<ArrayBuffer>} items per bin; those outside count in the outermost
 */
export function histogram(time, flags, slots, [low, high], bins) {
  const out = new Uint32Array(bins);
  const unit = bins / (high - low);
  for (let s = 0; s < slots; s++) {
    if (!datedAt(flags[s])) continue;
    out[Math.min(bins - 1, Math.max(0, Math.floor((time[s] - low) * unit)))]++;
  }
  return out;
}

/** @param {number} flag */
function datedAt(flag) {
  return (flag & (PRESENT | DOUBTFUL)) === PRESENT;
}

/**
 * The times, with doubtful ones moved to where they stretch nothing: within those of the others.
 * @param {Int32Array<ArrayBuffer>} time @param {Uint8Array} flags @param {number} slots
 */
export function believable(time, flags, slots) {
  const out = time.slice(0, slots);
  let low = Infinity;
  let high = -Infinity;
  for (let s = 0; s < slots; s++) {
    if (!datedAt(flags[s])) continue;
    low = Math.min(low, time[s]);
    high = Math.max(high, time[s]);
  }
  if (low > high) return out;
  for (let s = 0; s < slots; s++) {
    if (flags[s] & DOUBTFUL) out[s] = Math.min(Math.max(out[s], low), high);
  }
  return out;
}

/** Years to write below the axis. @param {[number, number]} span @param {number} most @returns {{time: number, text: string}[]} */
export function yearTicks([low, high], most) {
  const first = new Date(low * 60_000).getUTCFullYear();
  const last = new Date(high * 60_000).getUTCFullYear() + 1;
  if (last - first <= 2) {
    const ticks = [];
    for (let month = 0; month < (last - first + 1) * 12; month += 3) {
      const date = new Date(Date.UTC(first, month, 1));
      const time = date.getTime() / 60_000;
      if (time >= low && time <= high) ticks.push({ time, text: date.toISOString().slice(0, 7) });
    }
    return ticks;
  }
  const step = [1, 2, 5, 10, 20, 50, 100].find((years) => (last - first) / years <= most) ?? 500;
  const ticks = [];
  for (let year = Math.ceil(first / step) * step; year <= last; year += step) {
    const time = Date.UTC(year, 0, 1) / 60_000;
    if (time >= low && time <= high) ticks.push({ time, text: String(year) });
  }
  return ticks;
}

/**
 * Counts over time, stacked by group.
 * @param {{time: Int32Array, flags: Uint8Array, slots: number}} columns
 * @param {[number, number]} span @param {number} bins @param {number} groups
 * @param {(slot: number) => number} groupOf 0 … groups − 1; −1: not counted
 * @returns {Uint32Array<ArrayBuffer>[]} a row of bins per group; items outside count in the outermost
 */
export function stacked({ time, flags, slots }, [low, high], bins, groups, groupOf) {
  const out = Array.from({ length: groups }, () => new Uint32Array(bins));
  const unit = bins / (high - low);
  for (let s = 0; s < slots; s++) {
    const group = datedAt(flags[s]) ? groupOf(s) : -1;
    if (group < 0) continue;
    out[group][Math.min(bins - 1, Math.max(0, Math.floor((time[s] - low) * unit)))]++;
  }
  return out;
}
