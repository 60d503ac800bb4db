import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A node of a flow file: a tab, a group, a configuration node or one on the canvas. */
export interface FlowNode {
  id: string;
  type: string;
  [property: string]: unknown;
}

/** Every flow of the repository by its path without `.json`, as it is published. */
export function readFlows(): Map<string, FlowNode[]> {
  const files = readdirSync('flows', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .toSorted();
  return new Map(
    files.map((file) => {
      const nodes = JSON.parse(readFileSync(join('flows', file), 'utf8')) as FlowNode[];
      return [file.replace(/\.json$/, ''), nodes];
    }),
  );
}

/** All flows as one configuration, in which what they share is there once. */
export function merge(flows: Iterable<readonly FlowNode[]>): FlowNode[] {
  return [...new Map([...flows].flat().map((node) => [node.id, node])).values()];
}

/** Changes properties of nodes by type. */
export function change(
  nodes: readonly FlowNode[],
  changes: Record<string, Record<string, unknown>>,
): FlowNode[] {
  return nodes.map((node) => ({ ...node, ...changes[node.type] }));
}

/** The Dashboard that the flows ask for, as npm calls it. */
export const dashboard = `@flowfuse/node-red-dashboard@${dashboardVersion()}`;

function dashboardVersion(): string {
  const modules = merge(readFlows().values()).findLast(({ type }) => type === 'global-config');
  const versions = modules?.['modules'] as Record<string, string> | undefined;
  return versions?.['@flowfuse/node-red-dashboard'] ?? '';
}
