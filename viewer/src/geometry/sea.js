/** How far from the coast the sea lies. Pure. */

const FAR = 1e12;

/**
 * Distance of every node to the nearest of the land, after Felzenszwalb & Huttenlocher 2012
 * (doi:10.4086/toc.2012.v008a019).
 * @param {Float32Array} grid @param {number} size @param {number} coast land is at least so high
 * @returns {Float32Array<ArrayBuffer>} cells; 0 on land
 */
export function offshore(grid, size, coast) {
  const out = new Float32Array(size * size);
  for (let k = 0; k < out.length; k++) out[k] = grid[k] >= coast ? 0 : FAR;
  const line = new Float64Array(size);
  const scratch = {
    at: new Int32Array(size),
    from: new Float64Array(size + 1),
    out: new Float64Array(size),
  };
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) line[j] = out[j * size + i];
    squared(line, scratch);
    for (let j = 0; j < size; j++) out[j * size + i] = scratch.out[j];
  }
  for (let j = 0; j < size; j++) {
    for (let i = 0; i < size; i++) line[i] = out[j * size + i];
    squared(line, scratch);
    for (let i = 0; i < size; i++) out[j * size + i] = Math.sqrt(scratch.out[i]);
  }
  return out;
}

/** The lower envelope of parabolas. @param {Float64Array} line @param {{at: Int32Array, from: Float64Array, out: Float64Array}} scratch */
function squared(line, { at, from, out }) {
  const n = line.length;
  let k = 0;
  at[0] = 0;
  from[0] = -Infinity;
  from[1] = Infinity;
  for (let q = 1; q < n; q++) {
    let s;
    do {
      const p = at[k];
      s = (line[q] + q * q - (line[p] + p * p)) / (2 * q - 2 * p);
    } while (s <= from[k] && --k >= 0);
    k++;
    at[k] = q;
    from[k] = s;
    from[k + 1] = Infinity;
  }
  k = 0;
  for (let q = 0; q < n; q++) {
    while (from[k + 1] < q) k++;
    out[q] = (q - at[k]) ** 2 + line[at[k]];
  }
}
