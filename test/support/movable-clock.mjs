// Loaded into a service before itself (see movable-clock.ts): its clock goes ahead by what stands in the file, in milliseconds.
import { readFileSync } from 'node:fs';

const trueNow = Date.now;
Date.now = () => trueNow() + Number(readFileSync(process.env.TEST_CLOCK_FILE, 'utf8'));
