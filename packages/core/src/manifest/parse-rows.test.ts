import { describe, expect, test } from 'vitest';
import { parseRows } from './parse-rows.ts';

describe('rows of a file', () => {
  test.each<[string, string]>([
    ['rows.csv', 'name,n\nhome,1\ncart,2\n'],
    ['rows.CSV', '\uFEFFname,n\r\nhome,1\r\n\r\ncart,2'],
    ['rows.csv', '\n\n name , n \n "home" , 1 \n\n\ncart,"2"\n\n'],
    ['rows.json', '[{ "name": "home", "n": "1" }, { "name": "cart", "n": "2" }]'],
    [
      'rows.json',
      '[\n\t{\n\t\t"name": "home",\n\t\t"n": "1"\n\t},\n\t{"name":"cart","n":"2"}\n]\n',
    ],
    ['rows.jsonl', '{"name":"home","n":"1"}\r\n\r\n{"name":"cart","n":"2"}'],
    ['rows.yaml', '- { name: home, n: "1" }\n- name: cart\n  n: "2"\n'],
    ['a.b/rows.yml', '# rows\n- name: home\n  n: &n "1"\n- { name: cart, n: "2" }\n'],
  ])('%s %j', (file, text) => {
    const { rows, diagnostics } = read(file, text);
    expect(diagnostics).toEqual([]);
    expect(rows.map(({ values }) => values)).toEqual([
      { name: 'home', n: '1' },
      { name: 'cart', n: '2' },
    ]);
  });

  test('CSV may have quotes, commas and line endings in quotes', () => {
    const text = 'name,text\na,"one, two"\nb,"he said ""no"""\nc,"two\nlines"\nd,\n';
    expect(read('r.csv', text).rows.map(({ values }) => values['text'])).toEqual([
      'one, two',
      'he said "no"',
      'two\nlines',
      '',
    ]);
  });

  test('values keep their types if the format has types', () => {
    const values = { t: 'x', n: 1.5, yes: true, no: false };
    expect(read('r.json', JSON.stringify([values])).rows[0]?.values).toEqual(values);
    expect(read('r.jsonl', JSON.stringify(values)).rows[0]?.values).toEqual(values);
    expect(read('r.yaml', '- { t: x, n: 1.5, yes: true, no: false }').rows[0]?.values).toEqual(
      values,
    );
    expect(read('r.csv', 'n,yes\n1.50,true').rows[0]?.values).toEqual({ n: '1.50', yes: 'true' });
  });

  test('numbers are kept as written, as in CSV', () => {
    const written = ['007', '1.10', '12345678901234567890', '1e3', '0x1F', '+1', '5'];
    const yaml = written.map((number) => `- { n: ${number} }`).join('\n');
    const texts = (file: string, text: string) =>
      read(file, text).rows.map(({ values }) => String(values['n']));
    expect(texts('r.yaml', yaml)).toEqual(written);
    const inJson = ['1.10', '12345678901234567890', '1e3', '5'];
    expect(texts('r.json', `[${inJson.map((n) => `{"n":${n}}`).join()}]`)).toEqual(inJson);
    expect(texts('r.jsonl', inJson.map((n) => `{"n":${n}}`).join('\n'))).toEqual(inJson);
  });

  test('empty columns and rows at the end of a spreadsheet are ignored', () => {
    const { rows, diagnostics } = read('r.csv', 'name,n,,\nhome,1,,\n,,,\ncart,,,\n,,,\n');
    expect(diagnostics).toEqual([]);
    expect(rows.map(({ values }) => values)).toEqual([
      { name: 'home', n: '1' },
      { name: 'cart', n: '' },
    ]);
  });

  test.each([
    ['name;n\nhome;1\n', /semicolons/],
    ['\uFEFFname;n\r\nhome;1\r\n', /semicolons/],
    ['name\tn\nhome\t1\n', /tabs/],
    ['sep=;\nname;n\nhome;1\n', /sep=;.*Excel/],
  ])('%j is not separated by commas, and the message says so', (text, says) => {
    const { rows, diagnostics } = read('r.csv', text);
    expect(rows).toEqual([]);
    expect(diagnostics).toMatchObject([{ code: 'bad-row', line: 1 }]);
    expect(diagnostics[0]!.message).toMatch(says);
  });

  test('a comment that cuts a text short is a warning, and the rows are read', () => {
    const { rows, diagnostics } = read('r.yaml', '- text: red #f00\n- text: "red" #f00\n');
    expect(rows.map(({ values }) => values['text'])).toEqual(['red', 'red']);
    expect(diagnostics).toMatchObject([{ severity: 'warning', code: 'cut-by-comment', line: 1 }]);
  });

  test('every row has the place where it begins', () => {
    const lines = (file: string, text: string) =>
      read(file, text).rows.map(({ place }) => place?.line);
    expect(lines('r.csv', 'a,b\n1,2\n\n"3\n4",5\n\n\n6,7')).toEqual([2, 4, 8]);
    expect(lines('r.csv', 'a,b\r\n1,2\r\n\r\n"3\r\n4",5\r\n6,"日本"\r\n7,8')).toEqual([2, 4, 6, 7]);
    expect(lines('r.json', '[{"a":1},\n{"a":2}, {"a":3}]')).toEqual([1, 2, 2]);
    expect(lines('r.jsonl', '{"a":1}\n\n{"a":2}')).toEqual([1, 3]);
    expect(lines('r.yaml', '# rows\n- a: 1\n-\n  a: 2\n- &x { a: 3 }\n- *x\n')).toEqual([
      2, 4, 5, 6,
    ]);
    expect(read('dir/r.json', '[ {"a":1}]').rows[0]?.place).toEqual({
      file: 'dir/r.json',
      line: 1,
      column: 3,
    });
  });
});

describe('invalid rows', () => {
  test.each<[string, string, string[], number]>([
    ['r.csv', '', ['1:1'], 0],
    ['r.csv', 'a,b\n', ['1:1'], 0],
    ['r.csv', '\n\n', ['1:1'], 0],
    ['r.csv', 'a,b\n1\n2,3\n4,5,6\n', ['2:1', '4:1'], 1],
    ['r.csv', 'a,a\n1,2\n', ['1:1'], 0],
    ['r.csv', '\na,,b\n1,2,3\n', ['2:1'], 0],
    ['r.csv', 'a,b\n"1,2\n3,4\n', ['3:1'], 0],
    ['r.csv', 'a,b\n"1"x,2\n', ['2:1'], 0],
    ['r.json', '', ['1:1'], 0],
    ['r.json', '[]', ['1:1'], 0],
    ['r.json', '{"a":1}', ['1:1'], 0],
    ['r.json', '"text"', ['1:1'], 0],
    ['r.json', '[{"a":1},\n 3,\n {"a":[1]}, {"a":null}, []]', ['2:2', '3:2', '3:13', '3:25'], 1],
    ['r.json', '[{"a":1},\n {"a":1, "a":2}]', ['2:10'], 0],
    ['r.json', '[{"a":1}', ['1:9'], 0],
    ['r.jsonl', '{"a":1}\nno\n[1]\n{"a":{}}\n"x"\n', ['2:1', '3:1', '4:1', '5:1'], 1],
    ['r.yaml', '- a: 1\n- b\n- a: { c: d }\n- [1]\n-\n', ['2:3', '3:3', '4:3', '5:2'], 1],
    ['r.yaml', 'a: 1\n', ['1:1'], 0],
    ['r.yaml', '- a: "\n', ['1:6'], 0],
    ['r.yaml', '- a: !x 1\n', ['1:6'], 0],
    ['r.yaml', '- a: 1\n---\n- a: 2\n', ['2:1'], 0],
    ['r.yaml', '- a: *x\n', ['1:6'], 0],
    ['r.yaml', '- a: .nan\n- a: .inf\n- a: 1\n', ['1:3', '2:3'], 1],
    ['r.yaml', '- { __proto__: 1, a: 2 }\n', ['1:5'], 0],
    ['r.txt', 'a\n1\n', ['1:1'], 0],
    ['r', 'a\n1\n', ['1:1'], 0],
    ['r.xlsx', 'a\n1\n', ['1:1'], 0],
  ])('%s %j: %j', (file, text, expected, rightRows) => {
    const { rows, diagnostics } = read(file, text);
    expect(diagnostics.map(({ line, column }) => `${line}:${column}`)).toEqual(expected);
    for (const { code, severity } of diagnostics)
      expect([code, severity]).toEqual(['bad-row', 'error']);
    expect(rows).toHaveLength(rightRows);
  });

  test.each<[string, Uint8Array]>([
    ['nul-byte', Buffer.from('a,b\n1,\0')],
    ['not-utf8', Buffer.from('a,b\n1,\xff', 'latin1')],
    ['file-too-large', Buffer.alloc(10 * 1024 * 1024 + 1, ' ')],
  ])('%s', (code, bytes) => {
    expect(parseRows('r.csv', bytes).diagnostics).toMatchObject([{ code, file: 'r.csv', line: 1 }]);
  });

  test('no message and no frame shows a key in a data file', () => {
    const key = 'sk-proj-1234567890abcdef';
    for (const [file, text] of [
      ['r.csv', `k,b\n${key}\n`],
      ['r.jsonl', `{"k":"${key}"\n`],
      ['r.jsonl', `${key}\n`],
      ['r.json', `[3, "${key}"]`],
      ['r.yaml', `- ${key}\n- openai_api_key: [${key}]\n`],
    ] as const) {
      const { diagnostics } = read(file, text);
      expect(diagnostics.length).toBeGreaterThan(0);
      expect(JSON.stringify(diagnostics)).not.toContain(key.slice(3));
    }
  });

  test('a frame shows the row', () => {
    expect(read('r.csv', 'a,b\n1\n2,3\n').diagnostics[0]?.frame).toBe(
      ['  1 | a,b', '> 2 | 1', '    | ^', '  3 | 2,3'].join('\n'),
    );
  });

  test.each(['constructor', 'toString'])('%s is a column like any other', (name) => {
    expect(read('r.csv', `${name}\nx\n`).rows[0]?.values).toEqual({ [name]: 'x' });
    expect(read('r.json', `[{"${name}":"x"}]`).rows[0]?.values).toEqual({ [name]: 'x' });
  });

  test('__proto__ is neither a column nor a variable', () => {
    for (const [file, text] of [
      ['r.csv', '__proto__,a\nx,y\n'],
      ['r.jsonl', '{"__proto__":"x","a":"y"}'],
    ] as const) {
      const { rows } = read(file, text);
      expect(Object.getPrototypeOf(rows[0]?.values ?? {})).toBe(Object.prototype);
      expect(Object.hasOwn(rows[0]?.values ?? {}, '__proto__')).toBe(false);
    }
  });
});

function read(file: string, text: string): ReturnType<typeof parseRows> {
  return parseRows(file, Buffer.from(text));
}
