import { h, icon } from '../dom';

export const tools = ['brush', 'eraser', 'fill', 'pick', 'move'] as const;
export type Tool = (typeof tools)[number];

interface Look { name: string; key: string; icon: string; does: string }

const looks: Record<Tool, Look> = {
  brush: { name: 'Brush', key: 'b', icon: 'M16.5 3.5 8.6 11.4M8.6 11.4c-2-.5-3.6.6-3.9 2.6-.2 1.2-.8 1.9-1.9 2.3 2.9.9 6.3.3 7-2.3.3-1.1-.1-2.1-1.2-2.6Z', does: 'Paints the class' },
  eraser: { name: 'Eraser', key: 'e', icon: 'M7.5 16.5 3.2 12.2a1.2 1.2 0 0 1 0-1.7l6.9-6.9a1.2 1.2 0 0 1 1.7 0l4.6 4.6a1.2 1.2 0 0 1 0 1.7l-6.6 6.6ZM6.5 7.3l6.2 6.2M7.5 16.5h9', does: 'Gives the model’s own class back' },
  fill: { name: 'Fill', key: 'f', icon: 'M8 3.5 15 10.5 9.5 16a1.4 1.4 0 0 1-2 0l-4.5-4.5a1.4 1.4 0 0 1 0-2ZM3 10.5h12M16.8 13.5c.8 1.2 1.2 1.9 1.2 2.5a1.2 1.2 0 0 1-2.4 0c0-.6.4-1.3 1.2-2.5Z', does: 'Gives a whole connected region the class' },
  pick: { name: 'Pick', key: 'i', icon: 'M12 5.5l2.5 2.5M10.5 4.5l5 5M13.5 7.5 16 5a1.7 1.7 0 0 0-2.5-2.5L11 5M12 6 4.5 13.5 3.5 16.5 6.5 15.5 14 8', does: 'Takes the class under the pointer' },
  move: { name: 'Move', key: 'm', icon: 'M10 2.5v15M2.5 10h15M7.8 4.7 10 2.5l2.2 2.2M7.8 15.3 10 17.5l2.2-2.2M4.7 7.8 2.5 10l2.2 2.2M15.3 7.8l2.2 2.2-2.2 2.2', does: 'Moves the photo' },
};

export const toolOf = (key: string): Tool | undefined => tools.find(tool => looks[tool].key === key);

/** Buttons of the tools, of which one is pressed. */
export function toolBar(choose: (tool: Tool) => void): { element: HTMLElement; show(tool: Tool): void } {
  const buttons = Object.fromEntries(tools.map(tool => {
    const { name, key, icon: path, does } = looks[tool];
    return [tool, h('button', { type: 'button', 'aria-pressed': 'false', 'aria-keyshortcuts': key, title: `${does} (${key})`, onclick: () => choose(tool) }, icon(path), name)];
  })) as Record<Tool, HTMLButtonElement>;
  return {
    element: h('div', { className: 'segments tools', role: 'group', 'aria-label': 'Tool' }, ...tools.map(tool => buttons[tool])),
    show(tool) { for (const one of tools) buttons[one].setAttribute('aria-pressed', String(one === tool)); },
  };
}

/** A button that is an icon. */
export const iconButton = (label: string, key: string, path: string, act: () => void) =>
  h('button', { type: 'button', className: 'tool', 'aria-label': label, title: `${label} (${key})`, onclick: act }, icon(path));
