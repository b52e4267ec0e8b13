/** What a run wrote down while it learned: points by update. */
export interface Metrics {
  total: number;
  floorAccuracy?: number;
  floorMeanIou?: number;
  steps: { step: number; loss: number; rate: number }[];
  evaluations: { step: number; epoch: number; trainLoss: number; accuracy: number; meanIou: number }[];
}

type Line = ({ kind: 'start'; step: number; total: number; floorAccuracy?: number; floorMeanIou?: number })
  | ({ kind: 'steps' } & Metrics['steps'][number])
  | ({ kind: 'evaluation' } & Metrics['evaluations'][number]);

/** Reads JSON lines. A run that went on from a checkpoint starts again at its update: what came after that is no longer so. */
export function parseMetrics(text: string): Metrics {
  const metrics: Metrics = { total: 0, steps: [], evaluations: [] };
  for (const line of linesOf(text)) {
    if (line.kind === 'start') {
      metrics.total = line.total;
      if (line.floorAccuracy !== undefined) metrics.floorAccuracy = line.floorAccuracy;
      if (line.floorMeanIou !== undefined) metrics.floorMeanIou = line.floorMeanIou;
      metrics.steps = metrics.steps.filter(point => point.step <= line.step);
      metrics.evaluations = metrics.evaluations.filter(point => point.step <= line.step);
    } else if (line.kind === 'steps') {
      metrics.steps.push(line);
    } else if (line.kind === 'evaluation') {
      metrics.evaluations.push(line);
    }
  }
  return metrics;
}

// A kill may cut a line short, and the last one may be on its way.
function* linesOf(text: string): Iterable<Line> {
  for (const line of text.split('\n')) {
    if (line === '') continue;
    try {
      yield JSON.parse(line) as Line;
    } catch {
      continue;
    }
  }
}
