import type { AuthDoneFrame } from '../../msg/async/frames/auth_frames.ts';
import type { entity_addr_t, entity_name_t } from '../../msg/msg_types.ts';
import type { Essence } from './Frame.ts';
import type { Side } from './wire_event.ts';

/** What a dissection wants next. It is answered with the bytes that it needs; else with none. */
export type Step =
  /** So many bytes, counted from the beginning of the frame; they are not consumed. */
  | { readonly kind: 'need'; readonly bytes: number }
  /** The frame is `bytes` long, and this is what it says. */
  | { readonly kind: 'frame'; readonly bytes: number; readonly essence: Essence }
  /** What follows depends on what the other side says first. */
  | { readonly kind: 'wait'; readonly isOver: () => boolean }
  /** All that follows is sealed. */
  | { readonly kind: 'sealed' };

/**
 * Takes what one side says apart, without I/O. Throws `DecodeError` where the bytes make no sense;
 * nothing after them can be read then.
 */
export type Dissection = Generator<Step, void, Uint8Array>;

/** What both sides of a connection have to know of each other. */
export interface Talk {
  /** As far as they have said it. */
  readonly names: Partial<Record<Side, entity_name_t>>;
  /** The client's address as the server sees it. */
  clientAddr: entity_addr_t | undefined;
  /** v1: the tags of the server's answers to the client's connects. */
  readonly replies: number[];
  /** v2: so often has the server answered the client's AUTH_REQUEST and AUTH_REQUEST_MORE. */
  authAnswers: number;
  /** v2: how the frames are protected once authentication is done. */
  conMode: AuthDoneFrame['conMode'];
}

/** The first `bytes` of the frame. */
export function* need(bytes: number): Generator<Step, Uint8Array, Uint8Array> {
  return yield { kind: 'need', bytes };
}
