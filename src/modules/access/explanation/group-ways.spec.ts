import fc from 'fast-check';
import { GroupGraph, shortestWays, together, type Nesting } from './group-ways.js';

/** `a>b` puts b into a. */
function nestings(...pairs: string[]): Nesting[] {
  return pairs.map((pair) => {
    const [parent_id = '', child_id = ''] = pair.split('>');
    return { parent_id, child_id };
  });
}

/** `levels` groups of two side by side, one level inside of the other, between one top and one bottom. */
function diamonds(levels: number): Nesting[] {
  return Array.from({ length: levels }, (_, at) =>
    ['left', 'right'].flatMap((side) => [
      { parent_id: `level ${at}`, child_id: `${side} ${at}` },
      { parent_id: `${side} ${at}`, child_id: `level ${at + 1}` },
    ]),
  ).flat();
}

describe('the ways up through nested groups', () => {
  it('are one from an end to itself, and none where none leads up', () => {
    const waysUp = new GroupGraph(nestings('a>b')).waysTo(new Set(['a', 'x']));
    expect(waysUp('a')).toEqual({ count: 1n, lengths: 0b1n });
    expect(waysUp('x')).toEqual({ count: 1n, lengths: 0b1n });
    expect(waysUp('b')).toEqual({ count: 1n, lengths: 0b10n });
    expect(new GroupGraph(nestings('a>b')).waysTo(new Set(['b']))('a')).toEqual({ count: 0n, lengths: 0n });
  });

  it('are counted with all their lengths where a short one stands beside a long one', () => {
    const waysUp = new GroupGraph(nestings('a>b', 'b>c', 'c>d', 'a>d', 'a>c')).waysTo(new Set(['a']));
    expect(waysUp('d')).toEqual({ count: 3n, lengths: 0b1110n });
  });

  it('go through an end to another end', () => {
    const graph = new GroupGraph(nestings('a>b', 'b>c'));
    const waysUp = graph.waysTo(new Set(['a', 'b']));
    expect(waysUp('c')).toEqual({ count: 2n, lengths: 0b110n });
    expect(shortestWays(graph, [{ groupId: 'c', waysUp }], 10)).toEqual([
      ['c', 'b'],
      ['c', 'b', 'a'],
    ]);
  });

  it('are counted exactly and shown from the first on where there are 2^20', () => {
    const graph = new GroupGraph(diamonds(20));
    const waysUp = graph.waysTo(new Set(['level 0']));
    expect(waysUp('level 20')).toEqual({ count: 2n ** 20n, lengths: 1n << 40n });
    const ways = shortestWays(graph, [{ groupId: 'level 20', waysUp }], 3);
    expect(ways.map((way) => way.filter((group) => /^(left|right)/.test(group)).slice(-3))).toEqual([
      ['left 2', 'left 1', 'left 0'],
      ['left 2', 'left 1', 'right 0'],
      ['left 2', 'right 1', 'left 0'],
    ]);
    expect(ways.map((way) => way.length)).toEqual([41, 41, 41]);
  });

  it('are counted exactly beyond what a number holds', () => {
    expect(new GroupGraph(diamonds(200)).waysTo(new Set(['level 0']))('level 200').count).toBe(2n ** 200n);
  });

  it('are found along a chain of 5,000 groups', () => {
    const chain = Array.from({ length: 5000 }, (_, at) => `${at}`);
    const graph = new GroupGraph(chain.slice(1).map((child, at) => ({ parent_id: chain[at]!, child_id: child })));
    const waysUp = graph.waysTo(new Set(['0']));
    expect(waysUp('4999')).toEqual({ count: 1n, lengths: 1n << 4999n });
    expect(shortestWays(graph, [{ groupId: '4999', waysUp }], 100)).toEqual([chain.toReversed()]);
  });

  it('share the groups above them', () => {
    const graph = new GroupGraph(nestings('top>shared', 'shared>a', 'shared>b'));
    const waysUp = graph.waysTo(new Set(['top']));
    const starts = ['b', 'a', 'shared'].map((groupId) => ({ groupId, waysUp }));
    expect(shortestWays(graph, starts, 10)).toEqual([
      ['shared', 'top'],
      ['a', 'shared', 'top'],
      ['b', 'shared', 'top'],
    ]);
    expect(shortestWays(graph, starts, 2)).toHaveLength(2);
    expect(shortestWays(graph, starts, 0)).toEqual([]);
  });
});

const GROUPS = 7;
const names = Array.from({ length: GROUPS }, (_, at) => `g${at}`);
const aGroup = fc.constantFrom(...names);
const someGroups = fc.uniqueArray(aGroup, { maxLength: GROUPS });

const graphs = fc.record({
  nestings: fc
    .uniqueArray(
      fc.tuple(aGroup, aGroup).filter(([parent, child]) => parent < child),
      { selector: String, maxLength: 15 },
    )
    .map((pairs) => pairs.map(([parent_id, child_id]) => ({ parent_id, child_id }))),
  ends: someGroups,
  others: someGroups,
  starts: fc.uniqueArray(aGroup, { minLength: 1, maxLength: 4 }),
  most: fc.integer({ min: 0, max: 12 }),
});

/** Every way from a group up to one of the ends, one by one. */
function everyWay(all: readonly Nesting[], group: string, ends: readonly string[]): string[][] {
  const longer = all
    .filter(({ child_id }) => child_id === group)
    .flatMap(({ parent_id }) => everyWay(all, parent_id, ends))
    .map((way) => [group, ...way]);
  return ends.includes(group) ? [[group], ...longer] : longer;
}

function shortestFirst(ways: readonly string[][]): string[][] {
  return ways.toSorted((left, right) => left.length - right.length || (left.join() < right.join() ? -1 : 1));
}

describe('the ways up in any graph', () => {
  it('are those that walking every one finds, in number, lengths and order', () => {
    fc.assert(
      fc.property(graphs, ({ nestings: all, ends, others, starts, most }) => {
        const graph = new GroupGraph(all);
        const chosen = others.filter((each) => !ends.includes(each));
        const waysUp = together(graph.waysTo(new Set(ends)), graph.waysTo(new Set(chosen)));
        const ways = starts.map((start) => everyWay(all, start, [...ends, ...chosen]));
        for (const [at, start] of starts.entries()) {
          const { count, lengths } = waysUp(start);
          expect(count).toBe(BigInt(ways[at]!.length));
          const seen = new Set(ways[at]!.map((way) => way.length - 1));
          expect(lengths).toBe([...seen].reduce((bits, length) => bits | (1n << BigInt(length)), 0n));
        }
        const from = starts.map((groupId) => ({ groupId, waysUp }));
        expect(shortestWays(graph, from, most)).toEqual(shortestFirst(ways.flat()).slice(0, most));
      }),
      { numRuns: 500 },
    );
  });
});
