import {
  IconAngle,
  IconArrowAutofitHeight,
  IconArrowsMove,
  IconArrowUpRight,
  IconBrush,
  IconBucketDroplet,
  IconColorPicker,
  IconColorSwatch,
  IconContrast2,
  IconDimensions,
  IconEraser,
  IconGeometry,
  IconLasso,
  IconLetterT,
  IconLine,
  IconOvalVertical,
  IconPointer,
  IconPointFilled,
  IconPolygon,
  IconRectangle,
  IconRuler2,
  IconRulerMeasure,
  IconSlice,
  IconStack2,
  IconVectorBezier,
  IconZoomIn,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Tool } from '#viewer/engines/image-engine.ts';
import type { PaneItem } from './pane-item.ts';

export interface ToolChoice {
  readonly tool: Tool;
  readonly name: string;
  readonly key: string;
  readonly Icon: TablerIcon;
}

const SELECT: ToolChoice = { tool: 'select', name: 'Select and move', key: 'V', Icon: IconPointer };
const BIDIRECTIONAL: ToolChoice = {
  tool: 'bidirectional',
  name: 'Long and short axis',
  key: 'B',
  Icon: IconDimensions,
};
const ANGLE: ToolChoice = { tool: 'angle', name: 'Angle', key: 'G', Icon: IconAngle };
const FREEHAND: ToolChoice = { tool: 'freehand', name: 'Freehand region', key: 'D', Icon: IconLasso };
const SPLINE: ToolChoice = { tool: 'spline', name: 'Spline region', key: 'N', Icon: IconVectorBezier };
const DRAWING: readonly ToolChoice[] = [
  { tool: 'ellipse', name: 'Ellipse', key: 'E', Icon: IconOvalVertical },
  { tool: 'rectangle', name: 'Rectangle', key: 'R', Icon: IconRectangle },
  { tool: 'polygon', name: 'Polygon', key: 'P', Icon: IconPolygon },
  { tool: 'arrow', name: 'Arrow', key: 'A', Icon: IconArrowUpRight },
  { tool: 'point', name: 'Point', key: 'O', Icon: IconPointFilled },
  { tool: 'text', name: 'Text', key: 'T', Icon: IconLetterT },
];

/** Tools that paint segments; their sizes and numbers are in the panel of segments. */
export const SEGMENT_CHOICES: readonly ToolChoice[] = [
  { tool: 'brush', name: 'Brush', key: '/', Icon: IconBrush },
  { tool: 'eraser', name: 'Eraser', key: '|', Icon: IconEraser },
  { tool: 'threshold-brush', name: 'Brush with threshold', key: '^', Icon: IconColorSwatch },
  { tool: 'grow', name: 'Grow from a click', key: '*', Icon: IconBucketDroplet },
];

/** The tools of each kind of image: navigation, drawing, and those that wait in a menu. On slides dragging always pans. */
export const TOOL_CHOICES: Readonly<Record<PaneItem['kind'], readonly (readonly ToolChoice[])[]>> = {
  series: [
    [
      { tool: 'window', name: 'Window and level', key: 'W', Icon: IconContrast2 },
      { tool: 'scroll', name: 'Scroll', key: 'S', Icon: IconStack2 },
      { tool: 'pan', name: 'Pan', key: 'M', Icon: IconArrowsMove },
      { tool: 'zoom', name: 'Zoom', key: 'Z', Icon: IconZoomIn },
      SELECT,
    ],
    [{ tool: 'line', name: 'Length', key: 'L', Icon: IconRuler2 }, BIDIRECTIONAL, ...DRAWING],
    [
      ANGLE,
      { tool: 'cobb', name: 'Cobb angle', key: 'C', Icon: IconGeometry },
      { tool: 'height', name: 'Height', key: ';', Icon: IconArrowAutofitHeight },
      FREEHAND,
      SPLINE,
      { tool: 'probe', name: 'Value of a pixel', key: 'Q', Icon: IconColorPicker },
      { tool: 'calibration', name: 'Calibrate by a known length', key: '\\', Icon: IconRulerMeasure },
      ...SEGMENT_CHOICES,
    ],
  ],
  slide: [
    [{ ...SELECT, name: 'Pan and select' }],
    [
      { tool: 'line', name: 'Ruler', key: 'L', Icon: IconRuler2 },
      ...DRAWING,
      { tool: 'area-brush', name: 'Paint an area', key: 'B', Icon: IconBrush },
      { tool: 'area-eraser', name: 'Take away from an area', key: 'W', Icon: IconEraser },
    ],
    [
      FREEHAND,
      { tool: 'polyline', name: 'Line of several pieces', key: 'S', Icon: IconLine },
      { tool: 'cut', name: 'Cut areas along a line', key: 'K', Icon: IconSlice },
      SPLINE,
      { ...BIDIRECTIONAL, key: 'C' },
      ANGLE,
    ],
  ],
};

/** The tool a viewport begins with. */
export const FIRST_TOOL: Readonly<Record<PaneItem['kind'], Tool>> = { series: 'window', slide: 'select' };

/** Tools with a size. */
export function isBrush(tool: Tool): boolean {
  return tool === 'brush' || tool === 'eraser' || tool === 'threshold-brush';
}
