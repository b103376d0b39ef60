// offerToReceiveAudio and offerToReceiveVideo of createOffer(): W3C section 4.4.3.2, from before there were transceivers.
'use strict';

const kWithoutReceiving = { sendrecv: 'sendonly', recvonly: 'inactive' };

/** Makes the connection's transceivers fit what an RTCOfferOptions says; a kind that it does not name is left alone. */
function applyOfferOptions(connection, options) {
  for (const [name, kind] of [
    ['offerToReceiveAudio', 'audio'],
    ['offerToReceiveVideo', 'video'],
  ]) {
    const wanted = options?.[name];
    if (wanted === undefined || wanted === null) continue;
    const receiving = connection
      .getTransceivers()
      .filter((each) => each.kind === kind && each.direction in kWithoutReceiving);
    if (!wanted) for (const each of receiving) each.direction = kWithoutReceiving[each.direction];
    else if (receiving.length === 0) connection.addTransceiver(kind, { direction: 'recvonly' });
  }
}

module.exports = { applyOfferOptions };
