import { cycleClosing, type Edge } from './cycle-closing.js';

const edges = (...texts: string[]): Edge[] => texts.map((text) => ({ parent: text[0] ?? '', child: text[1] ?? '' }));

describe('cycleClosing', () => {
  it.each([
    ['nothing in a tree', [], ['ab', 'ac', 'bd'], []],
    ['nothing where two ways lead to one', [], ['ab', 'ac', 'bd', 'cd'], []],
    ['a group inside of itself', [], ['aa', 'ab'], [0]],
    ['the last of a circle', [], ['ab', 'bc', 'ca'], [2]],
    ['each of two circles', [], ['ab', 'ba', 'cd', 'dc'], [1, 3]],
    ['what closes a way that is there', ['ab', 'bc'], ['ca', 'xa'], [0]],
    ['what closes a way that is there, and its repeat', ['ab'], ['ba', 'ab', 'ba'], [0, 2]],
    ['only what would close one without the refused ones', [], ['ab', 'bc', 'ca', 'ac', 'cd', 'da'], [2, 5]],
  ])('finds %s', (_, present, added, expected) => {
    expect(cycleClosing(edges(...present), edges(...added))).toEqual(expected);
  });

  it('takes a long chain without recursion', () => {
    const chain = Array.from({ length: 100_000 }, (_, at) => ({ parent: `${at}`, child: `${at + 1}` }));
    expect(cycleClosing([], chain)).toEqual([]);
    expect(cycleClosing([], [...chain, { parent: '100000', child: '0' }])).toEqual([100_000]);
  });
});
