-- Whom a bundle for the hub is sealed for, and in which life of the hub both keys were last exchanged over the network.
ALTER TABLE zona_state ADD COLUMN hub_sealing_key BLOB;
ALTER TABLE zona_state ADD COLUMN keys_incarnation INTEGER;
