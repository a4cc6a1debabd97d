/** The icons of the interface: those of Lucide (ISC) that are used, taken in when the page is built. */
import {
  ArrowLeft, ArrowRight, Check, ChevronDown, CircleHelp, Clock3, CornerDownRight, Eye, Grid3x3,
  Image as Picture, Info, Lasso, List, Map as MapIcon, MapPin, Maximize2, Minus, Moon, MoreHorizontal, Network,
  NotebookText, Pause, Play, Plus, Search, Share2, SkipBack, SkipForward, Sparkles, SquareDashed,
  SquarePen, X, Copy, FlipHorizontal2, ScanSearch, Bookmark, Download, Palette, EyeOff, FolderOpen, Files,
} from 'lucide'; // prettier-ignore

export const ICONS = {
  back: ArrowLeft,
  bookmark: Bookmark,
  check: Check,
  clock: Clock3,
  close: X,
  copy: Copy,
  down: ChevronDown,
  download: Download,
  edit: SquarePen,
  example: Sparkles,
  eye: Eye,
  eyeOff: EyeOff,
  find: Search,
  fit: ScanSearch,
  folder: FolderOpen,
  forth: ArrowRight,
  gallery: Grid3x3,
  help: CircleHelp,
  image: Picture,
  info: Info,
  invert: FlipHorizontal2,
  lasso: Lasso,
  lineage: CornerDownRight,
  link: Share2,
  list: List,
  map: MapIcon,
  minus: Minus,
  more: MoreHorizontal,
  note: NotebookText,
  palette: Palette,
  pause: Pause,
  pin: MapPin,
  play: Play,
  plus: Plus,
  previous: SkipBack,
  next: SkipForward,
  rectangle: SquareDashed,
  theme: Moon,
  tree: Network,
  twins: Files,
  wide: Maximize2,
};
/** @typedef {keyof typeof ICONS} IconName */

const SPACE = 'http://www.w3.org/2000/svg';

/** @param {IconName} name @returns {SVGSVGElement} hidden from screen readers: its button has a label */
export function icon(name) {
  const svg = document.createElementNS(SPACE, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.classList.add('icon');
  for (const [tag, attributes] of ICONS[name]) {
    const node = document.createElementNS(SPACE, tag);
    for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, String(value));
    svg.append(node);
  }
  return svg;
}
