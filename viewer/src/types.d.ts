/** The site of docs/formats.md, and what the page makes of it. */
declare module '*.css';

type SpaceName = 'image' | 'text';
type Box = [number, number, number, number];

interface Packed {
  type: string;
  shape: number[];
  data: string;
}
type Numbers =
  | Uint8Array<ArrayBuffer>
  | Int8Array<ArrayBuffer>
  | Uint16Array<ArrayBuffer>
  | Int16Array<ArrayBuffer>
  | Uint32Array<ArrayBuffer>
  | Int32Array<ArrayBuffer>
  | Float32Array<ArrayBuffer>;

interface ThumbLevel {
  px: number;
  page_px: number;
  packed: number;
  pages: string[];
}
interface Thumbs {
  /** The address of the list of pages. */
  index: string | null;
  /** What that list holds, once it is read. */
  levels: ThumbLevel[];
  loose: Record<string, string>;
}
interface Fit {
  number: number;
  at: number;
  method: string;
  items: number;
  trustworthiness: number;
  recall: number;
  drift: { p50: number; p95: number } | null;
}
interface SpaceEntry {
  encoder: { id: string; label: string; dim: number; note: string } | null;
  count: number;
  slots: number;
  fit: Fit | null;
  bounds: Box;
  frame: Box;
  cell: number;
  columns: string[];
  details: string[];
  neighbours: string[];
  regions: string | null;
  terrain: string | null;
  lineage: string | null;
  /** Only in a site without a daemon. */
  links?: string;
  thumbs?: Thumbs;
  /** The latest fits, the newest last; not in every site. */
  fits?: Fit[];
}
interface Manifest {
  format: number;
  revision: number;
  published_at: number;
  title: string;
  generator: string;
  live: boolean;
  chunk_size: number;
  detail_chunk_size: number;
  spaces: Record<SpaceName, SpaceEntry>;
  /** Names of the watched folders; not in every site. */
  roots?: string[];
}
interface Region {
  id: number;
  parent: number;
  level: number;
  name: string;
  pinned: boolean;
  /** Called by the title of one of its items. */
  example?: boolean;
  terms: string[];
  colour: string;
  count: number;
  x: number;
  y: number;
  medoid: number;
  years: [number, number] | null;
}
interface Detail {
  title: string;
  name: string;
  excerpt: string;
  tags: string[];
  size: number;
  width: number;
  height: number;
  length: number;
  time_source: string;
  time_precision: 'time' | 'day' | 'month' | 'year';
  utc_offset_min: number | null;
  path: string;
  /** 1 to 5 stars, −1: rejected; like those that follow, only where it is known */
  rating?: number;
  /** latitude and longitude in degrees */
  place?: [number, number];
  /** of a document */
  pages?: number;
  /** of a video: how many pictures stand for it */
  frames?: number;
  /** of a video */
  seconds?: number;
  /** what could not be done as usual when it was read */
  notice?: string;
  /** whether the end of the file is missing */
  incomplete?: boolean;
}
interface ColumnChunk {
  first: number;
  count: number;
  id: Uint32Array<ArrayBuffer>;
  x: Float32Array<ArrayBuffer>;
  y: Float32Array<ArrayBuffer>;
  rx: Float32Array<ArrayBuffer>;
  ry: Float32Array<ArrayBuffer>;
  region: Int32Array<ArrayBuffer>;
  time: Int32Array<ArrayBuffer>;
  rank: Uint8Array<ArrayBuffer>;
  flags: Uint8Array<ArrayBuffer>;
  aspect: Uint8Array<ArrayBuffer>;
  confidence: Uint8Array<ArrayBuffer>;
}
/** One item of an `items` event. */
interface LiveItem {
  slot: number;
  id: number;
  x: number;
  y: number;
  rx: number;
  ry: number;
  region: [number, number, number];
  time: number;
  rank: number;
  flags: number;
  aspect: number;
  confidence: number;
  parent: number;
  cosine: number;
  weak: number | boolean;
  title: string;
  name: string;
  excerpt: string;
  tags: string[];
  thumb: string | null;
  neighbours: [number, number][];
}
interface ItemsEvent {
  revision: number;
  space: SpaceName;
  slots: number;
  count: number;
  added: LiveItem[];
  removed: number[];
  changed: LiveItem[];
  reload?: boolean;
}
interface RefitEvent {
  revision: number;
  space: SpaceName;
  number: number;
  reason: string;
}
interface StatusEvent {
  state: string;
  failures: number;
  spaces: Record<
    string,
    {
      items: number;
      pending: number;
      encoder: string;
      stage: string;
      message: string;
      progress: number | null;
    }
  >;
}

/** One height of the land at which a line runs. */
interface Level {
  value: number;
  /** Drawn stronger: every fifth. */
  strong: boolean;
  /** The tint above this line, or −1 when no band starts here. */
  band: number;
  /** Points start … end of the outline belong to this level. */
  start: number;
  end: number;
}
/** Contours as one run of points: x, y, kind; kind 0 ends a ring, 1 is a line, 2 a strong one. */
interface Land {
  bounds: Box;
  size: number;
  /** Of every node; the sea goes down to −top with the distance from the coast. */
  heights: Float32Array<ArrayBuffer>;
  /** How much lighter (above 0) or darker than flat ground each node lies in the light. */
  shade: Float32Array<ArrayBuffer>;
  top: number;
  points: Float32Array<ArrayBuffer>;
  levels: Level[];
}
interface Camera {
  x: number;
  y: number;
  /** Pixels per map unit. */
  scale: number;
}
interface Size {
  width: number;
  height: number;
}
interface GridIndex {
  bounds: Box;
  columns: number;
  rows: number;
  starts: Uint32Array<ArrayBuffer>;
  order: Uint32Array<ArrayBuffer>;
}
interface Lineage {
  parent: Int32Array<ArrayBuffer>;
  cosine: Uint8Array<ArrayBuffer>;
  weak: Uint8Array<ArrayBuffer>;
}
