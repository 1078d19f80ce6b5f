-- Makes the roll-up of a district anew from its assets, as after a restore of part of the data; every tile is fetched anew.
CREATE OR REPLACE FUNCTION registry.rebuild_roll_ups(in_district text) RETURNS bigint
LANGUAGE sql SET search_path = registry, public, pg_temp
BEGIN ATOMIC -- noqa: PRS
  DELETE FROM registry.asset_cell WHERE district = in_district;
  INSERT INTO registry.asset_cell (district, cx, cy, layer, scheme, class, n, bad, sum_x, sum_y)
  SELECT a.district, a.gx >> 13, a.gy >> 13, a.layer, a.scheme, a.class, count(*),
         count(*) FILTER (WHERE a.state <> 'intact'), sum(a.gx::bigint), sum(a.gy::bigint)
  FROM registry.asset a WHERE a.district = in_district AND a.gx IS NOT NULL AND a.state <> 'retired'
  GROUP BY 1, 2, 3, 4, 5, 6;
  UPDATE registry.tile_revision SET revision = revision + 1 WHERE district = in_district;
  SELECT count(*) FROM registry.asset_cell WHERE district = in_district;
END;
