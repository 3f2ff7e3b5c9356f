/** From a data folder to a cluster that can be started: the programs, the account, the password, and the data itself. */
import { join } from 'node:path';
import type { EngineLog } from '../database-engine.js';
import { findBinaries, type Binaries } from './binaries.js';
import { createCluster, sweepHalfMade } from './cluster-creation.js';
import { ClusterServer } from './cluster-server.js';
import { inspectDataFolder, SYSTEM_FOLDER, unusable, type DataFolder } from './data-folder.js';
import { obtainPassword } from './password.js';

export interface OpenedCluster {
  /** The real path of DATA_DIR. */
  readonly dataDir: string;
  /** The real path of the cluster. */
  readonly cluster: string;
  readonly logFile: string;
  readonly password: string;
  /** `18.4`. */
  readonly version: string;
  readonly server: ClusterServer;
}

/** Another process may finish its cluster before ours, and only then does the folder say where that one is. */
const ATTEMPTS = 3;

/** @throws EngineError when the folder, the programs or the cluster cannot be used */
export async function openCluster(dataDir: string, log: EngineLog): Promise<OpenedCluster> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const folder = await inspectDataFolder(dataDir);
    const { account } = folder;
    const binaries = await findBinaries({ account, copyParent: account ? SYSTEM_FOLDER : folder.path, log });
    const password = await obtainPassword(folder.path, !folder.cluster.exists);
    if (folder.cluster.exists) {
      await sweepHalfMade(folder);
      return assemble(folder, binaries, password);
    }
    await createCluster({ folder, binaries, password, log });
  }
  throw unusable(`the cluster in ${dataDir} disappears as soon as it is made: look for what removes it`);
}

function assemble(folder: DataFolder, binaries: Binaries, password: string): OpenedCluster {
  if (!folder.cluster.exists) throw unusable(`${folder.path} holds no cluster`);
  const { path: cluster, majorVersion } = folder.cluster;
  if (majorVersion !== binaries.majorVersion) {
    throw unusable(
      `${folder.path} was made by PostgreSQL ${majorVersion}, and this Doorlist embeds ${binaries.version}: ` +
        'dump it with the Doorlist that made it and restore it here, or set DATA_DIR to another folder',
    );
  }
  const logFile = join(folder.path, 'postgres.log');
  const server = new ClusterServer({ cluster, hash: folder.hash, account: folder.account, binaries, logFile });
  return { dataDir: folder.path, cluster, logFile, password, version: binaries.version, server };
}
