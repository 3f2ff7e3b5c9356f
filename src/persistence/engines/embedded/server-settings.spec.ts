import { portIn, quoteListItem, quoteValue, renderSettings } from './server-settings.js';

describe('server settings', () => {
  it('never listen on a public address', () => {
    const socket = renderSettings({ kind: 'socket', folder: '/data/postgres', port: 5432 });
    expect(socket).toContain("\nlisten_addresses = ''\n");
    expect(socket).toContain(`\nunix_socket_directories = '"/data/postgres"'\n`);
    const tcp = renderSettings({ kind: 'tcp', port: 40001 });
    expect(tcp).toContain("\nlisten_addresses = '127.0.0.1'\n");
    expect(tcp).toContain("\nunix_socket_directories = ''\n");
  });

  it('set each name once, in the form of postgresql.conf', () => {
    const lines = renderSettings({ kind: 'tcp', port: 40001 }).trimEnd().split('\n').slice(1);
    for (const line of lines) expect(line).toMatch(/^[a-z_]+ = '.*'$/);
    const names = lines.map((line) => line.split(' ')[0]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('carry any folder name through both layers of quotes', () => {
    expect(quoteListItem('/a, b"c')).toBe('"/a, b""c"');
    expect(quoteValue("it's \\ here")).toBe("'it''s \\\\ here'");
    const settings = renderSettings({ kind: 'socket', folder: `/o'b "x\\`, port: 5432 });
    expect(settings).toContain(`unix_socket_directories = '"/o''b ""x\\\\"'`);
  });

  it('give the port back for the next start', () => {
    expect(portIn(renderSettings({ kind: 'tcp', port: 40001 }))).toBe(40001);
  });

  it.each(['', "port = 'x'", "port = '0'", "port = '70000'"])('give no port from %j', (text) => {
    expect(portIn(text)).toBeUndefined();
  });
});
