import type { CephContext } from '../common/CephContext.ts';
import { CEPH_ENTITY_TYPE_CLIENT } from '../common/entity_name.ts';
import { decodeMessage } from '../messages/registry.ts';
import type { Identity } from '../mon/MonAuth.ts';
import { MonClient } from '../mon/MonClient.ts';
import type { MonMap } from '../mon/MonMap.ts';
import { Messenger } from '../msg/Messenger.ts';
import { Objecter } from '../osdc/Objecter.ts';

/** What a client is made of as soon as its options are known. */
export interface ClientParts {
  readonly messenger: Messenger;
  readonly monc: MonClient;
  readonly objecter: Objecter;
}

/** They are put together, and nothing is sent yet. Ceph: RadosClient::connect. */
export function makeClientParts(cct: CephContext, identity: Identity, monmap: MonMap): ClientParts {
  const messenger = Messenger.create(cct, cct.conf.ms_type, {
    name: { type: CEPH_ENTITY_TYPE_CLIENT, num: -1 },
    lname: 'radosclient',
    nonce: cct.random.uint32(),
    messageFactory: decodeMessage,
  });
  const monc = new MonClient(cct, messenger, identity, monmap);
  monc.onConfig = (config) => cct.configProxy?.setMonVals(config, true);
  const objecter = new Objecter(cct, messenger, monc);
  messenger.authClient = monc;
  messenger.addDispatcherHead(objecter);
  messenger.addDispatcherHead(monc);
  return { messenger, monc, objecter };
}
