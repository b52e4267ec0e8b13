import { h } from '../dom';
import { scrolling } from '../ui';

/** A model card as elements: headings, tables, lists and paragraphs of Markdown, with code and strong words; everything else is text. */
export function cardOf(markdown: string): HTMLElement[] {
  return markdown.trim().split(/\n\s*\n/).flatMap(block => {
    const lines = block.split('\n').map(line => line.trim());
    const heading = /^(#{1,6}) +(.*)/.exec(lines[0]!);
    // The page's own headings stand above those of the card.
    if (heading) return [heading[1]!.length <= 2 ? h('h3', {}, heading[2]!) : h('h4', {}, heading[2]!), ...(lines.length > 1 ? cardOf(lines.slice(1).join('\n')) : [])];
    if (lines.every(line => line.startsWith('|'))) return [rowsOf(lines)];
    if (lines.every(line => /^[-*] /.test(line))) return [h('ul', { className: 'bullets' }, ...lines.map(line => h('li', {}, ...inline(line.slice(2)))))];
    return [h('p', {}, ...inline(lines.join(' ')))];
  });
}

function rowsOf(lines: string[]): HTMLElement {
  const cells = lines.filter(line => !/^[|\s:-]+$/.test(line) || !line.includes('-')).map(line => line.replace(/^\||\|$/g, '').split('|').map(cell => cell.trim()));
  const [head, ...rows] = cells;
  const empty = head!.every(cell => cell === '');
  return scrolling('Table of the card',
    h('table', {},
      !empty && h('thead', {}, h('tr', {}, ...head!.map(cell => h(cell === '' ? 'td' : 'th', cell === '' ? {} : { scope: 'col' }, ...inline(cell))))),
      h('tbody', {}, ...rows.map(row => h('tr', {}, ...row.map((cell, at) => h(at === 0 && cell !== '' ? 'th' : 'td', at === 0 && cell !== '' ? { scope: 'row' } : {}, ...inline(cell))))))));
}

const inline = (text: string): (Node | string)[] => text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map(part =>
  part.startsWith('`') && part.length > 2 ? h('code', {}, part.slice(1, -1)) : part.startsWith('**') && part.length > 4 ? h('strong', {}, part.slice(2, -2)) : part);
