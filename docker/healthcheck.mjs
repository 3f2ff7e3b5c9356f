// The image's health check: exit 0 if the service and its database answer, else 1 and a line that says why.
import { get } from 'node:http';

const PATIENCE_MS = 4000; // below the HEALTHCHECK's own timeout, so that the reason is seen

function end(reason) {
  if (reason !== undefined) process.stderr.write(`${reason}\n`);
  process.exit(reason === undefined ? 0 : 1);
}

const { PORT: port = '3000' } = process.env;
get({ host: '127.0.0.1', port, path: '/health/ready', timeout: PATIENCE_MS }, ({ statusCode }) => {
  end(statusCode === 200 ? undefined : `/health/ready answered ${statusCode}`);
})
  .on('timeout', () => end(`/health/ready did not answer within ${PATIENCE_MS} ms`))
  .on('error', ({ message }) => end(message));
