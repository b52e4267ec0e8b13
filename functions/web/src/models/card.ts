import { h } from '../dom';
import { scrolling } from '../ui';

/** Shows a picture that a card names. */
export type CardPicture = (file: string, alt: string) => HTMLElement;

/** A model card as elements: headings, tables, lists, pictures and paragraphs of Markdown, with code and strong words; everything else is text. */
export function cardOf(markdown: string, picture: CardPicture): HTMLElement[] {
  return markdown.trim().split(/\n\s*\n/).flatMap(block => {
    const lines = block.split('\n').map(line => line.trim());
    const heading = /^(#{1,6}) +(.*)/.exec(lines[0]!);
    // The page's own headings stand above those of the card.
    if (heading) return [heading[1]!.length <= 2 ? h('h3', {}, heading[2]!) : h('h4', {}, heading[2]!), ...(lines.length > 1 ? cardOf(lines.slice(1).join('\n'), picture) : [])];
    if (lines.every(line => line.startsWith('|'))) return [rowsOf(lines, picture)];
    if (lines.every(line => /^[-*] /.test(line))) return [h('ul', { className: 'bullets' }, ...lines.map(line => h('li', {}, ...inline(line.slice(2), picture))))];
    return [h('p', {}, ...inline(lines.join(' '), picture))];
  });
}

function rowsOf(lines: string[], picture: CardPicture): HTMLElement {
  const cells = lines.filter(line => !/^[|\s:-]+$/.test(line) || !line.includes('-')).map(line => line.replace(/^\||\|$/g, '').split('|').map(cell => cell.trim()));
  const [head, ...rows] = cells;
  const empty = head!.every(cell => cell === '');
  return scrolling('Table of the card',
    h('table', {},
      !empty && h('thead', {}, h('tr', {}, ...head!.map(cell => h(cell === '' ? 'td' : 'th', cell === '' ? {} : { scope: 'col' }, ...inline(cell, picture))))),
      h('tbody', {}, ...rows.map(row => h('tr', {}, ...row.map((cell, at) => h(at === 0 && cell !== '' ? 'th' : 'td', at === 0 && cell !== '' ? { scope: 'row' } : {}, ...inline(cell, picture))))))));
}

const inline = (text: string, picture: CardPicture): (Node | string)[] => text.split(/(`[^`]+`|\*\*[^*]+\*\*|!\[[^\]]*\]\([^)]*\))/).map(part => {
  const image = /^!\[([^\]]*)\]\(([^)]*)\)$/.exec(part);
  if (image) return picture(image[2]!, image[1]!);
  return part.startsWith('`') && part.length > 2 ? h('code', {}, part.slice(1, -1)) : part.startsWith('**') && part.length > 4 ? h('strong', {}, part.slice(2, -2)) : part;
});
