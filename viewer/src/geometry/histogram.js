/** Counts over time for the timeline. Pure. */

/**
 * @param {Int32Array} time Unix minutes @param {Uint8Array} flags @param {number} slots
 * @returns {[number, number] | null} first and last, without the wildest half percent
 */
export function timeSpan(time, flags, slots) {
  const step = Math.max(1, Math.floor(slots / 50_000));
  const sample = [];
  for (let s = 0; s < slots; s += step) if (flags[s] & 1) sample.push(time[s]);
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
    if (!(flags[s] & 1)) continue;
    out[Math.min(bins - 1, Math.max(0, Math.floor((time[s] - low) * unit)))]++;
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
